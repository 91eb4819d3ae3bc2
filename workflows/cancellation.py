"""Cancels a deal, so that CRM, PM and ERP agree on what is left of it."""

from contextlib import suppress

from temporalio import workflow
from temporalio.exceptions import FailureError

from activities.bookkeeping import BookkeepingActivities as Bookkeeping
from activities.bookkeeping import ContractClosing
from activities.crm import CrmActivities as Crm
from activities.erp import InvoiceActivities as Invoices
from activities.pm import PmActivities as Pm
from domain.actor import Actor
from domain.attention import Action, Attention
from domain.bill import BillResult, CreditOrder
from domain.billing_schedule import BillStatus, Transition
from domain.charge import ChargeState, ChargeStatus, Standing
from domain.deal_snapshot import CancelRequest, Outcome
from domain.ids import Subject
from domain.invoice import Invoice
from domain.kickoff import PlannedProject
from domain.responsibility import Party
from domain.stage import Stage
from domain.write_back import WriteBack, write_back
from workflows import workflow_ids
from workflows.attention import Skipped
from workflows.billing_runs import BillingRuns
from workflows.deal_state import DealState
from workflows.kickoff_provisioning import undos_of
from workflows.milestone_billing import dropped, last_transition, standing_on
from workflows.steps import local_step, undo_all

CREDIT = "credit"
_RETRY_OR_SKIP = (Action.RETRY, Action.SKIP)
_OPEN = (ChargeState.PLANNED, ChargeState.BILLABLE, ChargeState.HELD, ChargeState.DRAFTED)


async def cancel_deal(deal: BillingRuns, request: CancelRequest) -> Outcome:
    """Undo everything if nothing was issued; else close the project and propose a credit."""
    deal.enter(Stage.CANCELLING)
    await _withdraw_open_bills(deal)
    if deal.snapshot.schedule.standing_bills():
        await _close_project(deal)
        await _credit_if_wanted(deal, request)
    elif deal.snapshot.kickoff:
        await undo_all(undos_of(deal, deal.snapshot.kickoff))
    await deal.record_charges()
    closing = ContractClosing(
        deal=deal.deal, stage=Stage.CANCELLED, by=request.by, reason=request.reason
    )
    await local_step(Bookkeeping.close_contract, closing, "Close the contract")
    deal.enter(Stage.CANCELLED)
    await _tell_the_crm(deal)
    return Outcome(deal=deal.deal, stage=Stage.CANCELLED, reason=f"{request.by}: {request.reason}")


async def _withdraw_open_bills(deal: DealState) -> None:
    """Cancel each billing run: it deletes its draft, or says that it was too late."""
    await workflow.wait_condition(lambda: not deal.starting)
    for subject, handle in tuple(deal.bills.items()):
        if handle:
            handle.cancel()
        else:
            run = workflow_ids.billing_run(subject)
            with suppress(FailureError):  # it has just ended, and its last word is on the way
                await workflow.get_external_workflow_handle(run).cancel()
    await workflow.wait_condition(lambda: not deal.bills)
    for status in deal.snapshot.schedule.in_state(*_OPEN):
        await _cancel_charge(deal, status)


async def _cancel_charge(deal: DealState, status: ChargeStatus) -> None:
    """Withdraw the charge's bill; the ERP says whether a run that ended early had issued it."""
    invoice, bill = None, None
    if status.state in {ChargeState.DRAFTED, ChargeState.HELD}:
        bill = deal.bill_for(status)
        invoice = await deal.attempt(
            Invoices.withdraw_invoice,
            bill,
            f"Withdraw the bill for {status.charge.description}",
            verbs=(Action.RETRY,),
        )
    state = ChargeState.ISSUED if invoice else ChargeState.CANCELLED
    standing = Standing(state=state, reason="the deal was cancelled")
    deal.move(
        Transition(
            charges=bill.reference.charges if bill else (status.charge.id,),
            standing=standing,
            bill=bill.subject if bill else None,
            invoice=invoice,
        )
    )


async def _close_project(deal: DealState) -> None:
    kickoff, kicked_off = deal.snapshot.kickoff, deal.snapshot.kicked_off
    if kickoff and kicked_off:
        closing = PlannedProject(plan=kickoff.plan, project=kicked_off.project)
        with suppress(Skipped):
            await deal.attempt(Pm.close_project, closing, "Close the project", verbs=_RETRY_OR_SKIP)


async def _credit_if_wanted(deal: BillingRuns, request: CancelRequest) -> None:
    """Ask finance whether to credit what was issued: only a person may reverse that."""
    await _read_again(deal)
    issued = deal.snapshot.schedule.standing_bills()
    if not issued:
        return
    decision = await deal.park(_proposal(deal, request, issued))
    if decision.action is Action.AMEND:
        for bill in issued:
            with suppress(Skipped):
                await _credit(deal, bill, request.reason, decision.by)
    await _read_again(deal)


async def _read_again(deal: BillingRuns) -> None:
    """Ask the ERP what was paid or credited since: no billing run reports that any more."""
    for bill in deal.snapshot.schedule.standing_bills():
        if bill.invoice is None:
            continue
        with suppress(Skipped):
            invoice = await deal.read_invoice(bill.reference, bill.invoice, _RETRY_OR_SKIP)
            _move(deal, bill, invoice, "the deal was cancelled")


def _proposal(deal: DealState, request: CancelRequest, issued: tuple[BillStatus, ...]) -> Attention:
    numbers = ", ".join(bill.invoice.number for bill in issued if bill.invoice)
    return deal.attention(
        "credit",
        what=f"credit {numbers}, or let them stand",
        why=f"{request.by} cancelled the deal after these were issued: {request.reason}",
        responsible=(Party.FINANCE,),
        verbs=(Action.AMEND, Action.SKIP),
        choices=(CREDIT,),
    )


async def _credit(deal: DealState, bill: BillStatus, reason: str, by: Actor) -> None:
    if bill.invoice is None:
        return
    order = CreditOrder(
        bill=deal.bill_of(bill.reference), invoice=bill.invoice, reason=reason, by=by
    )
    invoice = await deal.attempt(
        Invoices.credit_invoice,
        order,
        f"Credit {bill.invoice.number}",
        verbs=_RETRY_OR_SKIP,
    )
    _move(deal, bill, invoice, reason)


def _move(deal: DealState, bill: BillStatus, invoice: Invoice, reason: str) -> None:
    """Note what the ERP says of an invoice; nothing is billed again."""
    standing = dropped(invoice, reason) if invoice.is_freed else standing_on(invoice)
    result = BillResult(standing=standing, invoice=invoice)
    deal.move(last_transition(bill.reference, deal.deal, result))


async def _tell_the_crm(deal: DealState) -> None:
    """Write what is left of the money; for a deal without a contract, only its end."""
    deal.update(revision=deal.snapshot.revision + 1)
    if deal.snapshot.contract:
        command = write_back(deal.position(), Stage.CANCELLED, revision=deal.snapshot.revision)
    else:
        subject = Subject(f"{deal.deal}:w{deal.snapshot.revision}")
        command = WriteBack(subject=subject, deal=deal.deal, stage=Stage.CANCELLED, attention="")
    with suppress(Skipped):
        await deal.attempt(Crm.write_back, command, "Tell the CRM it ended", verbs=_RETRY_OR_SKIP)
