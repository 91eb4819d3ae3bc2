"""Our own bookkeeping, short enough to run inside a workflow task."""

from collections.abc import Callable
from datetime import datetime

from temporalio import activity

from domain.actor import CASHWARD, Actor
from domain.attention import Action, Attention, Decision
from domain.baseline import Baseline
from domain.charge import ChargeStatus
from domain.command import CommandRecord
from domain.ids import DealId
from domain.stage import Stage
from domain.value import Value
from ports.attention_queue import AttentionQueue
from ports.audit_trail import AuditTrail
from ports.billing_ledger import BillingLedger

Clock = Callable[[], datetime]


class Resolution(Value):
    """The decision with which a parked run goes on."""

    workflow: str
    key: str
    decision: Decision


class ChargesMoved(Value):
    """Where charges of a deal stand now, as its run says."""

    deal: DealId
    statuses: tuple[ChargeStatus, ...]


class ContractClosing(Value):
    """A contract to close, in which stage it ends, who ended it, and why."""

    deal: DealId
    stage: Stage
    by: Actor = CASHWARD
    reason: str = ""


class BookkeepingActivities:
    """Keeps the attentions, the contracts and the audit trail of commands."""

    def __init__(
        self,
        attention_queue: AttentionQueue,
        billing_ledger: BillingLedger,
        audit_trail: AuditTrail,
        clock: Clock,
    ) -> None:
        self._attention_queue = attention_queue
        self._billing_ledger = billing_ledger
        self._audit_trail = audit_trail
        self._clock = clock

    @activity.defn(name="attention.add")
    async def add_attention(self, attention: Attention) -> None:
        await self._attention_queue.add(attention, now=self._clock())

    @activity.defn(name="attention.resolve")
    async def resolve_attention(self, settled: Resolution) -> None:
        await self._attention_queue.resolve(
            settled.workflow, settled.key, settled.decision, now=self._clock()
        )

    @activity.defn(name="attention.drop")
    async def drop_attentions(self, run: str) -> None:
        """Drop the attentions of a run that was ended from outside: nobody waits for them."""
        gone = Decision(action=Action.ABORT, by=CASHWARD, reason="the run was ended from outside")
        for filed in await self._attention_queue.list_of_run(run):
            if filed.decision is None:
                await self._attention_queue.resolve(
                    run, filed.attention.key, gone, now=self._clock()
                )

    @activity.defn(name="contract.agree")
    async def agree_contract(self, baseline: Baseline) -> None:
        await self._billing_ledger.agree(baseline, now=self._clock())

    @activity.defn(name="contract.move_charges")
    async def move_charges(self, moved: ChargesMoved) -> None:
        """Record where charges stand that no bill moves: held, free again, cancelled."""
        await self._billing_ledger.move_charges(moved.deal, moved.statuses, now=self._clock())

    @activity.defn(name="contract.close")
    async def close_contract(self, closing: ContractClosing) -> None:
        await self._billing_ledger.close(
            closing.deal,
            closing.stage,
            by=closing.by,
            reason=closing.reason,
            now=self._clock(),
        )

    @activity.defn(name="audit.record_command")
    async def record_command(self, command: CommandRecord) -> None:
        """Record a command that a run accepted; repeating it changes nothing."""
        await self._audit_trail.record(command, now=self._clock())
