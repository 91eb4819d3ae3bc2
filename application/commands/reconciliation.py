"""The command that reconciles our records with those of the connected systems."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

from temporalio.client import Client, WorkflowExecution

from activities.reconciliation import Reconciler, ReconciliationReport
from application.command_log import CommandLog, new_command
from application.runs import Runs
from domain.actor import Actor
from domain.command import CommandName
from domain.event import RecordsLost
from domain.ids import DealId
from domain.refusal import Refusal
from domain.stage import Stage
from domain.value import Value
from ports.attention_queue import AttentionQueue
from ports.billing_ledger import BillingLedger
from ports.event_dispatcher import EventDispatcher
from workflows import workflow_ids

OpenReconciliations = Callable[[], AbstractAsyncContextManager[Sequence[Reconciler]]]
NewDispatcher = Callable[[Client], EventDispatcher]
MOST_AT_ONCE = 100_000
"""How many records of a kind one command reads."""
_EVERY_DEAL = DealId("")
_OPEN_RUNS = "WorkflowType = 'deal-to-cash' AND ExecutionStatus = 'Running'"


class ReconciliationResult(Value):
    """What every system has of ours, compared with our records.

    `unrecorded_deals` have an open run, and our records lack their contract or their attention.
    """

    reports: tuple[ReconciliationReport, ...]
    unrecorded_deals: tuple[DealId, ...]

    @property
    def found(self) -> int:
        return sum(len(report.found) for report in self.reports) + len(self.unrecorded_deals)


class ReconciliationCommands:
    """Reconciles all systems, one kind of record after the other, and then the open runs."""

    def __init__(  # noqa: PLR0913 - each is a thing it needs
        self,
        runs: Runs,
        log: CommandLog,
        *,
        reconciliations: OpenReconciliations,
        dispatcher: NewDispatcher,
        billing_ledger: BillingLedger,
        attention_queue: AttentionQueue,
    ) -> None:
        self._runs = runs
        self._log = log
        self._reconciliations = reconciliations
        self._dispatcher = dispatcher
        self._billing_ledger = billing_ledger
        self._attention_queue = attention_queue

    async def preview(self, since: datetime) -> ReconciliationResult:
        """Say what differs, and what would be done about it."""
        return await self._reconcile(since, dry_run=True)

    async def reconcile(self, actor: Actor, since: datetime) -> ReconciliationResult:
        """Mend what harms nobody, and file an attention for everything else."""
        command = new_command(CommandName.RECONCILE, actor, _EVERY_DEAL)
        async with self._log.recording_failures(command):
            result = await self._reconcile(since, dry_run=False)
            dispatcher = self._dispatcher(await self._runs.client())
            for deal in result.unrecorded_deals:
                await dispatcher.records_lost(RecordsLost(deal=deal))
            answer = f"{result.found} discrepancies since {since.isoformat()}"
            await self._log.accept(command, answer)
        return result

    async def _reconcile(self, since: datetime, *, dry_run: bool) -> ReconciliationResult:
        async with self._reconciliations() as reconciliations:
            reports = [
                await each.reconcile(kind, since, dry_run=dry_run, most=MOST_AT_ONCE)
                for each in reconciliations
                for kind in each.kinds
            ]
        deals = [deal async for deal in self._unrecorded_deals()]
        return ReconciliationResult(reports=tuple(reports), unrecorded_deals=tuple(deals))

    async def _unrecorded_deals(self) -> AsyncIterator[DealId]:
        """Find what a restore lost and no vendor shows."""
        listed = {each.attention.deal for each in await self._attention_queue.list_open()}
        for run in await self._runs.find(_OPEN_RUNS):
            deal, shown = workflow_ids.deal_of(run.id), _shown(run)
            is_handed_off = shown.get("DealStage") not in {Stage.WON, Stage.HANDOFF}
            lacks_attention = bool(shown.get("NeedsAttention")) and deal not in listed
            if lacks_attention or (is_handed_off and not await self._has_contract(deal)):
                yield deal

    async def _has_contract(self, deal: DealId) -> bool:
        try:
            await self._billing_ledger.baseline(deal)
        except Refusal:
            return False
        return True


def _shown(run: WorkflowExecution) -> dict[str, Any]:
    return {pair.key.name: pair.value for pair in run.typed_search_attributes}
