"""Decides which run a fact goes to, and signals that run."""

from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta

from temporalio.client import (
    Client,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
)
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.attention import INCOMPLETE
from domain.contract import Policy
from domain.deal_snapshot import DealSnapshot
from domain.event import (
    DealChanged,
    DealWon,
    InvoiceChanged,
    MilestoneReached,
    RecordsLost,
    RevenueStale,
    TimeTurned,
)
from domain.ids import DealId
from domain.repair import RepairRequest
from domain.stage import Stage
from ports.attention_queue import AttentionQueue
from ports.deal_registry import DealRegistry
from workflows import workflow_ids
from workflows.closed_won_handoff import ClosedWonHandoff
from workflows.deal_to_cash import DealToCash
from workflows.milestone_billing import MilestoneBilling
from workflows.record_again import RecordAgain
from workflows.revenue_write_back import RevenueWriteBack
from workflows.search_attributes import DEAL_STAGE, NEEDS_ATTENTION

ANSWERS_WITHIN = timedelta(seconds=5)
"""How long a run that has ended may take to answer."""


class TemporalEventDispatcher:
    """Fills ports.event_dispatcher.EventDispatcher. One deal has one run, ever."""

    def __init__(
        self,
        client: Client,
        *,
        task_queue: str,
        policy: Policy,
        attention_queue: AttentionQueue,
        registry: DealRegistry,
    ) -> None:
        self._client = client
        self._task_queue = task_queue
        self._policy = policy
        self._attention_queue = attention_queue
        self._registry = registry

    async def deal_won(self, fact: DealWon) -> bool:
        """Start the deal's run; one that was carried to its end before starts nothing."""
        if not await self._registry.may_start(fact.deal, now=datetime.now(UTC)):
            return False
        try:
            await self._start(fact.deal)
        except WorkflowAlreadyStartedError:
            return await self._signal_handoff_if_it_waits(fact)
        return True

    async def deal_changed(self, fact: DealChanged) -> bool:
        run = self._client.get_workflow_handle(workflow_ids.deal_run(fact.deal))
        return await self._signal(run.signal(DealToCash.deal_changed, fact))

    async def milestone_reached(self, fact: MilestoneReached) -> bool:
        run = self._client.get_workflow_handle(workflow_ids.deal_run(fact.deal))
        return await self._signal(run.signal(DealToCash.milestone_reached, fact))

    async def time_turned(self, fact: TimeTurned) -> bool:
        run = self._client.get_workflow_handle(workflow_ids.deal_run(fact.deal))
        return await self._signal(run.signal(DealToCash.time_turned, fact))

    async def invoice_changed(self, fact: InvoiceChanged) -> bool:
        """Signal the billing run, else the deal, else a run that writes the revenue back."""
        bill = self._client.get_workflow_handle(workflow_ids.billing_run(fact.subject))
        if await self._signal(bill.signal(MilestoneBilling.invoice_changed, fact)):
            return True
        deal = self._client.get_workflow_handle(workflow_ids.deal_run(fact.deal))
        if await self._signal(deal.signal(DealToCash.invoice_changed, fact)):
            return True
        await self._start_write_back(fact)
        return True

    async def records_lost(self, fact: RecordsLost) -> bool:
        run = self._client.get_workflow_handle(workflow_ids.deal_run(fact.deal))
        if await self._signal(run.signal(DealToCash.records_lost, fact)):
            return True
        return await self._record_for(fact.deal)

    async def revenue_stale(self, fact: RevenueStale) -> bool:
        await self._client.start_workflow(
            RevenueWriteBack.run,
            RepairRequest(deal=fact.deal, occasion=fact.occasion),
            id=workflow_ids.repair_run(fact.deal),
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary="Write the revenue to the CRM again",
        )
        return True

    async def _record_for(self, deal: DealId) -> bool:
        """Record for a run that has ended what it remembers; return False if none remembers."""
        ended = self._client.get_workflow_handle_for(DealToCash.run, workflow_ids.deal_run(deal))
        try:
            life = await ended.query(DealToCash.remembered, rpc_timeout=ANSWERS_WITHIN)
        except (RPCError, WorkflowQueryFailedError, WorkflowQueryRejectedError):
            return False
        await self._client.start_workflow(
            RecordAgain.run,
            life,
            id=workflow_ids.record_run(deal),
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary="Put on record again what an ended deal did",
        )
        return True

    async def _start_write_back(self, fact: InvoiceChanged) -> None:
        await self._client.start_workflow(
            RevenueWriteBack.run,
            RepairRequest(deal=fact.deal, occasion=fact.event, is_deal_closed=True),
            id=workflow_ids.repair_run(fact.deal),
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_signal="invoice_changed",
            start_signal_args=[fact],
            static_summary="See to an invoice of a deal that is over",
        )

    async def _start(self, deal: DealId) -> None:
        await self._client.start_workflow(
            DealToCash.run,
            DealSnapshot(deal=deal, policy=self._policy, stage=Stage.HANDOFF),
            id=workflow_ids.deal_run(deal),
            task_queue=self._task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            static_summary="From closed-won to cash",
            search_attributes=TypedSearchAttributes(
                [
                    SearchAttributePair(DEAL_STAGE, Stage.HANDOFF),
                    SearchAttributePair(NEEDS_ATTENTION, value=False),
                ]
            ),
        )

    async def _signal_handoff_if_it_waits(self, fact: DealWon) -> bool:
        """Signal the handoff only if it waits: our own write-backs change the deal too."""
        run = workflow_ids.handoff_run(fact.deal)
        queued = await self._attention_queue.list_of_run(run)
        if not any(each.attention.kind == INCOMPLETE and not each.decision for each in queued):
            return False
        handoff = self._client.get_workflow_handle(run)
        return await self._signal(handoff.signal(ClosedWonHandoff.deal_won, fact))

    async def _signal(self, signal: Awaitable[None]) -> bool:
        """Signal a run; return False if it has ended and the fact comes too late."""
        try:
            await signal
        except RPCError as refused:
            if refused.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return True
