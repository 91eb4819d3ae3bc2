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
from domain.bill import Bill, BillResult, DraftedInvoice
from domain.billing_schedule import Transition
from domain.charge import ChargeState, ChargeStatus
from domain.deal_snapshot import DealSnapshot
from domain.ids import ChargeId
from domain.invoice import Invoice
from domain.responsibility import Party
from workflows import workflow_ids
from workflows.attention import RETRY_OR_ABORT, Aborted
from workflows.deal_state import DealState
from workflows.milestone_billing import MilestoneBilling, how_ended
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
        try:
            handle = await workflow.start_child_workflow(
                MilestoneBilling.run,
                bill,
                id=workflow_ids.billing_run(bill.subject),
                parent_close_policy=ParentClosePolicy.ABANDON,
                static_summary=f"{bill.charge.description}: {bill.charge.net}",
            )
        except WorkflowAlreadyStartedError:
            await self._adopt(bill.charge.id)
        else:
            self.bills[bill.charge.id] = handle
            self._followers.append(asyncio.create_task(self._follow(bill.charge.id, handle)))
        finally:
            self.starting -= 1

    async def _follow(self, charge: ChargeId, handle: ChildWorkflowHandle[Any, BillResult]) -> None:
        """Record how a bill ended."""
        try:
            billed = await handle
            self.move(
                Transition(
                    charge=charge, state=billed.state, reason=billed.reason, invoice=billed.invoice
                )
            )
        except FailureError as failure:
            await self.nobody_waits_for(handle.id)
            self._lose(charge, f"its billing run ended: {failure.cause or failure}")
        self.bills.pop(charge, None)

    def _lose(self, charge: ChargeId, reason: str) -> None:
        """Record that no run follows this bill any more; an issued invoice stays issued."""
        if self.state(charge) is ChargeState.ISSUED:
            state, way_out = ChargeState.ISSUED, "it is followed again at the ERP's next news of it"
        else:
            state, way_out = ChargeState.HELD, "release it, and it is billed again"
        self.move(
            Transition(
                charge=charge,
                state=state,
                reason=f"{reason}; {way_out}",
                responsible=Party.OPERATOR,
            )
        )

    async def collect_again(self) -> None:
        """Bill again what lost its run; an issued invoice needs no second approval."""
        while self.reopened:
            status = self.snapshot.schedule[self.reopened.pop(0)]
            # A credit cannot be billed again: only if it was taken back, somebody must see to that.
            if status.state is ChargeState.CREDITED and await self._is_over(status):
                continue
            bill = self.bill_for(status)
            if status.invoice:
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

    async def _adopt_all(self, charges: tuple[ChargeId, ...]) -> None:
        for charge in charges:
            await self._adopt(charge)
        self.starting -= 1

    async def _adopt(self, charge: ChargeId) -> None:
        run = workflow_ids.billing_run(self.snapshot.schedule[charge].charge.subject(self.deal))
        self.bills[charge] = None
        try:
            bill: ExternalWorkflowHandle[MilestoneBilling] = (
                workflow.get_external_workflow_handle_for(MilestoneBilling.run, run)
            )
            await wait_until_done(asyncio.ensure_future(bill.signal(MilestoneBilling.adopted)))
        except FailureError:
            self.bills.pop(charge, None)
            await self._see_how_it_ended(charge)

    async def _see_how_it_ended(self, charge: ChargeId) -> None:
        """Ask the ERP how a bill ended that ended between two runs of the deal."""
        if not await self._is_over(self.snapshot.schedule[charge]):
            self._lose(charge, "its billing run is gone")

    async def _is_over(self, status: ChargeStatus) -> bool:
        """Whether the ERP says that nothing more is to come of its invoice."""
        if status.invoice is None:
            return False
        with suppress(Aborted):
            invoice = await self.read_invoice(status, status.invoice)
            if ended := how_ended(invoice):
                self.move(Transition(charge=status.charge.id, state=ended, invoice=invoice))
                return True
        return False

    async def read_invoice(
        self, status: ChargeStatus, issued: Invoice, verbs: tuple[Action, ...] = RETRY_OR_ABORT
    ) -> Invoice:
        """Read the invoice of a charge as the ERP has it now."""
        bill = self.bill_for(status)
        draft = bill.draft(workflow.now())
        known = DraftedInvoice(bill=bill, invoice=issued.id, draft=draft)
        return await self.attempt(
            Invoices.read_invoice, known, "See how the bill ended", verbs=verbs
        )
