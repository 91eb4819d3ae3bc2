"""Our own bookkeeping, short enough to run inside a workflow task."""

from collections.abc import Callable
from datetime import datetime

from temporalio import activity

from domain.attention import Action, Attention, Decision
from domain.ids import DealId
from domain.value import Value
from ports.attention_queue import AttentionQueue
from ports.billing_ledger import Baseline, BillingLedger

Clock = Callable[[], datetime]


class Settled(Value):
    """How a parked run goes on."""

    workflow: str
    key: str
    decision: Decision


class DeskActivities:
    """Keeps the attentions and the contracts."""

    def __init__(self, desk: AttentionQueue, books: BillingLedger, clock: Clock) -> None:
        self._desk = desk
        self._books = books
        self._clock = clock

    @activity.defn(name="desk.file")
    async def file(self, attention: Attention) -> None:
        await self._desk.add(attention, now=self._clock())

    @activity.defn(name="desk.settle")
    async def settle(self, settled: Settled) -> None:
        await self._desk.resolve(settled.workflow, settled.key, settled.decision, now=self._clock())

    @activity.defn(name="desk.drop")
    async def drop(self, run: str) -> None:
        """Nobody waits for a decision about this run any more: it was ended from outside."""
        gone = Decision(action=Action.ABORT, by="cashward", reason="the run was ended from outside")
        for filed in await self._desk.list_of_run(run):
            if filed.decision is None:
                await self._desk.resolve(run, filed.attention.key, gone, now=self._clock())

    @activity.defn(name="books.agree")
    async def agree(self, baseline: Baseline) -> None:
        await self._books.agree(baseline, now=self._clock())

    @activity.defn(name="books.end")
    async def end(self, deal: DealId) -> None:
        await self._books.close(deal, now=self._clock())
