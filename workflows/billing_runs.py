"""Starts the billing runs of one deal, follows them to their end, and finds them again."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from temporalio import workflow
from temporalio.exceptions import FailureError, WorkflowAlreadyStartedError
from temporalio.workflow import ChildWorkflowHandle, ExternalWorkflowHandle, ParentClosePolicy

from activities.erp import InvoiceActivities as Invoices
from domain.attention import Action
from domain.bill import Bill, BillReference, BillResult, DraftedInvoice
from domain.billing_schedule import BillStatus, Transition
from domain.charge import ChargeState, Standing
from domain.deal_snapshot import DealSnapshot
from domain.ids import Subject
from domain.invoice import Invoice
from domain.responsibility import Party
from workflows import workflow_ids
from workflows.attention import RETRY_OR_ABORT, Aborted
from workflows.deal_state import DealState
from workflows.milestone_billing import MilestoneBilling, last_transition, standing_on
from workflows.steps import wait_until_done


class BillingRuns(DealState):
    """The billing runs of a deal; each outlives the deal's run and reports to the next one."""

    def __init__(self, life: DealSnapshot) -> None:
        super().__init__(life)
        self._followers: list[asyncio.Task[None]] = []

    async def launch(self, bills: Sequence[Bill]) -> None:
        """Start billing runs side by side: what was reached together is issued together."""
        # In tasks of their own: cancelling the deal must not lose sight of a bill just started.
        started = [asyncio.create_task(self._start(bill)) for bill in bills]
        self._followers += started
        if started:
            await asyncio.shield(asyncio.gather(*started))

    async def _start(self, bill: Bill) -> None:
        self.starting += 1
        self.update(schedule=self.snapshot.schedule.billed(bill.reference))
        try:
            handle = await workflow.start_child_workflow(
                MilestoneBilling.run,
                bill,
                id=workflow_ids.billing_run(bill.subject),
                parent_close_policy=ParentClosePolicy.ABANDON,
                static_summary=f"{bill.description}: {bill.net}",
            )
        except WorkflowAlreadyStartedError:
            await self._adopt(bill.subject)
        else:
            self.bills[bill.subject] = handle
            self._followers.append(asyncio.create_task(self._follow(bill.reference, handle)))
        finally:
            self.starting -= 1

    async def _follow(
        self, reference: BillReference, handle: ChildWorkflowHandle[Any, BillResult]
    ) -> None:
        """Record how a bill ended."""
        try:
            self.move(last_transition(reference, self.deal, await handle))
        except FailureError as failure:
            await self.nobody_waits_for(handle.id)
            self._lose(reference, f"its billing run ended: {failure.cause or failure}")
        self.bills.pop(reference.subject(self.deal), None)

    def _lose(self, reference: BillReference, reason: str) -> None:
        """Record that no run follows this bill any more; an issued invoice stays issued."""
        if ChargeState.ISSUED in {self.state(charge) for charge in reference.charges}:
            state, way_out = ChargeState.ISSUED, "it is followed again at the ERP's next news of it"
        else:
            state, way_out = ChargeState.HELD, "release it, and it is billed again"
        standing = Standing(state=state, reason=f"{reason}; {way_out}", responsible=Party.OPERATOR)
        self.move(
            Transition(
                charges=reference.charges, standing=standing, bill=reference.subject(self.deal)
            )
        )

    async def collect_again(self) -> None:
        """See to bills that lost their run; an issued invoice needs no second approval."""
        while self.reopened:
            known = self.snapshot.schedule.bill(self.reopened.pop(0), self.deal)
            # What was freed cannot be issued again: only if the credit was taken back, somebody
            # must see to that.
            if known is None or (known.is_freed and await self._is_over(known)):
                continue
            bill = self.bill_of(known.reference)
            if known.invoice:
                bill = bill.model_copy(update={"approve_above": None})
            await self.launch([bill])

    def adopt_open_bills(self) -> None:
        """Make the bills that an earlier run started report their end to this run.

        This runs in a task of its own: a cancel may be the first thing that this run hears.
        """
        self.bills.update(dict.fromkeys(self.snapshot.open_bills))
        self.starting += 1
        self._followers.append(asyncio.create_task(self._adopt_all(self.snapshot.open_bills)))
        self.update(open_bills=())

    async def _adopt_all(self, subjects: tuple[Subject, ...]) -> None:
        for subject in subjects:
            await self._adopt(subject)
        self.starting -= 1

    async def _adopt(self, subject: Subject) -> None:
        run = workflow_ids.billing_run(subject)
        self.bills[subject] = None
        try:
            bill: ExternalWorkflowHandle[MilestoneBilling] = (
                workflow.get_external_workflow_handle_for(MilestoneBilling.run, run)
            )
            await wait_until_done(asyncio.ensure_future(bill.signal(MilestoneBilling.adopted)))
        except FailureError:
            self.bills.pop(subject, None)
            await self._see_how_it_ended(subject)

    async def _see_how_it_ended(self, subject: Subject) -> None:
        """Ask the ERP how a bill ended that ended between two runs of the deal."""
        known = self.snapshot.schedule.bill(subject, self.deal)
        if known and not await self._is_over(known):
            self._lose(known.reference, "its billing run is gone")

    async def _is_over(self, known: BillStatus) -> bool:
        """Whether the ERP says that nothing more is to come of its invoice."""
        if known.invoice is None:
            return False
        with suppress(Aborted):
            invoice = await self.read_invoice(known.reference, known.invoice)
            if invoice.is_over:
                result = BillResult(standing=standing_on(invoice), invoice=invoice)
                moved = last_transition(known.reference, self.deal, result)
                charges = () if known.is_freed else moved.charges
                self.move(moved.model_copy(update={"charges": charges}))
                return True
        return False

    async def read_invoice(
        self,
        reference: BillReference,
        issued: Invoice,
        verbs: tuple[Action, ...] = RETRY_OR_ABORT,
    ) -> Invoice:
        """Read the invoice of a bill as the ERP has it now."""
        bill = self.bill_of(reference)
        draft = bill.draft(workflow.now())
        known = DraftedInvoice(bill=bill, invoice=issued.id, draft=draft)
        return await self.attempt(
            Invoices.read_invoice, known, "See how the bill ended", verbs=verbs
        )
