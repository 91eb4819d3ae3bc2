"""Puts on record again what a deal's run did: our records may be older than the run."""

import asyncio
from contextlib import suppress

from temporalio import workflow
from temporalio.exceptions import FailureError
from temporalio.workflow import ExternalWorkflowHandle

from activities.bookkeeping import BookkeepingActivities as Bookkeeping
from activities.bookkeeping import ChargesMoved, ContractClosing
from activities.crm import CrmActivities as Crm
from activities.erp import CustomerActivities as Customers
from activities.erp import InvoiceActivities as Invoices
from activities.pm import PmActivities as Pm
from domain.actor import CASHWARD
from domain.attention import Action
from domain.baseline import Baseline
from domain.bill import CreditOrder, DraftedInvoice
from domain.billing_schedule import BillStatus
from domain.deal_snapshot import DealSnapshot
from domain.event import InvoiceChanged
from domain.ids import EventId
from domain.invoice import Invoice
from domain.kickoff import Kickoff, KickoffResult
from domain.repair import RepairRequest
from domain.stage import Stage
from workflows import workflow_ids
from workflows.attention import Skipped
from workflows.billing_runs import BillingRuns
from workflows.milestone_billing import MilestoneBilling
from workflows.steps import local_step, wait_until_done

_RETRY_OR_SKIP = (Action.RETRY, Action.SKIP)
_EVENT = EventId("our records are older than this run")


async def record_again(deal: BillingRuns) -> None:
    """Agree the contract again, and record what was set up and issued. Nothing is issued.

    A step whose effect is on record changes nothing.
    """
    contract, kickoff = deal.snapshot.contract, deal.snapshot.kickoff
    if contract:
        baseline = Baseline.of(contract)
        await local_step(Bookkeeping.agree_contract, baseline, f"Agree on {contract.value} again")
    if kickoff and deal.snapshot.kicked_off:
        if deal.snapshot.stage is not Stage.CANCELLED:
            with suppress(Skipped):
                await _record_kickoff(deal, kickoff, deal.snapshot.kicked_off)
        for bill in deal.snapshot.schedule.bills:
            with suppress(Skipped):
                await _record_bill(deal, bill)
        statuses = deal.snapshot.schedule.statuses
        moved = ChargesMoved(deal=deal.deal, statuses=statuses)
        await local_step(Bookkeeping.move_charges, moved, "Record where the charges stand")


async def _record_kickoff(deal: BillingRuns, kickoff: Kickoff, kicked_off: KickoffResult) -> None:
    await deal.attempt(
        Customers.open_customer,
        kickoff.customer,
        "Put the customer on record again",
        verbs=_RETRY_OR_SKIP,
    )
    await deal.attempt(
        Pm.record_project, kickoff.plan, "Put the project on record again", verbs=_RETRY_OR_SKIP
    )
    await deal.attempt(
        Crm.write_back,
        kickoff.linking(kicked_off.project),
        "Put the project's link on record again",
        verbs=_RETRY_OR_SKIP,
    )


async def _record_bill(deal: BillingRuns, bill: BillStatus) -> None:
    """Let the bill's run do it while it is open."""
    if bill.reference.subject(deal.deal) in deal.bills and await _tell_run(deal, bill):
        return
    if bill.invoice and not bill.invoice.is_void:
        await _record_invoice(deal, bill, bill.invoice)


async def _tell_run(deal: BillingRuns, bill: BillStatus) -> bool:
    subject = bill.reference.subject(deal.deal)
    run: ExternalWorkflowHandle[MilestoneBilling] = workflow.get_external_workflow_handle_for(
        MilestoneBilling.run, workflow_ids.billing_run(subject)
    )
    fact = InvoiceChanged(deal=deal.deal, subject=subject, event=_EVENT)
    signal = run.signal(MilestoneBilling.invoice_changed, fact)
    try:
        await wait_until_done(asyncio.ensure_future(signal))
    except FailureError:
        return False
    return True


async def _record_invoice(deal: BillingRuns, known: BillStatus, invoice: Invoice) -> None:
    bill = deal.bill_of(known.reference)
    draft = bill.draft(workflow.now())
    issued = DraftedInvoice(bill=bill, invoice=invoice.id, draft=draft)
    summary = f"Put {invoice.number} on record again"
    await deal.attempt(Invoices.record_invoice, issued, summary, verbs=_RETRY_OR_SKIP)
    if known.is_freed:
        reason = "put on record again"
        order = CreditOrder(bill=bill, invoice=invoice, reason=reason, by=CASHWARD)
        summary = f"Put the credit of {invoice.number} on record again"
        await deal.attempt(Invoices.record_credit, order, summary, verbs=_RETRY_OR_SKIP)


@workflow.defn(name="record-again")
class RecordAgain(BillingRuns):
    """Does this for a deal whose own run has ended, and tells the CRM what the ERP says."""

    @workflow.init
    def __init__(self, life: DealSnapshot) -> None:
        super().__init__(life)

    @workflow.run
    async def run(self, life: DealSnapshot) -> None:
        await record_again(self)
        if self.snapshot.kicked_off:
            with suppress(Skipped):
                await self._tell_the_crm()
        closing = ContractClosing(deal=self.deal, stage=life.stage, reason="its run had ended")
        await local_step(Bookkeeping.close_contract, closing, "Close the contract again")

    async def _tell_the_crm(self) -> None:
        """Write the sums of the ERP: meanwhile our records may have told older ones."""
        occasion = f"recorded-{workflow.now():%Y%m%dT%H%M%S}"
        request = RepairRequest(deal=self.deal, occasion=occasion, is_deal_closed=True)
        summary = "Read the deal's invoices in the ERP"
        revenue = await self.attempt(Invoices.read_revenue, request, summary, verbs=_RETRY_OR_SKIP)
        summary = f"Tell the CRM again: paid {revenue.paid}"
        await self.attempt(Crm.write_back, revenue, summary, verbs=_RETRY_OR_SKIP)
