"""Carries out a change in another system exactly once, whatever happens on the way."""

import hashlib
from asyncio import timeout
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from temporalio import activity

from domain.effect import Effect, EffectKey, Receipt, Strategy
from domain.ids import ExternalId
from ports.effect_ledger import EffectLedger, Intent
from ports.failures import ConnectorFailure, Uncertain
from ports.operation import Attempt, Command, Operation

C = TypeVar("C", bound=Command)
Clock = Callable[[], datetime]


class Effects:
    """The one way our activities change anything elsewhere (`docs/processes/exactly-once.md`).

    `operation_timeout` is the longest that one operation may take, all its calls together;
    `installation` keeps two installations that share a vendor account apart.
    """

    def __init__(
        self,
        ledger: EffectLedger,
        *,
        clock: Clock,
        operation_timeout: timedelta,
        installation: str = "cashward",
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._operation_timeout = operation_timeout
        self._installation = installation

    async def execute(self, operation: Operation[C], command: C) -> Receipt:
        """Execute the operation once, and return what this or an earlier attempt made.

        Raises the failures of ports.failures, the refusals of domain.effect, and NotSettled
        while an older call may still land.
        """
        effect = await self._ledger.begin(
            _intent(operation, command),
            operation.idempotency,
            now=self._clock(),
            operation_timeout=self._operation_timeout,
            is_repeatable=operation.is_repeatable,
        )
        if effect.is_confirmed and effect.receipt:
            return effect.receipt
        found = await self._send(operation, command, effect)
        recorded = await self._ledger.confirm(
            effect.key, effect.attempt, found[0], now=self._clock()
        )
        elected = recorded.receipt or found[0]
        await self._sweep(operation, command, elected, found)
        return elected

    async def undo(self, operation: Operation[C], command: C, *, reason: str) -> None:
        """Undo what the operation made, and keep late attempts from making it again.

        Raises NotSettled while a call may still land, and Rejected if the vendor refuses the undo.
        """
        intent = _intent(operation, command)
        effect = await self._ledger.read(intent.key)
        if effect and effect.attempt:
            effect.require_settled(self._clock())
            for made in await self._traces(operation, command, effect):
                await operation.undo(command, made)
        await self._ledger.reverse(intent, reason, now=self._clock())

    async def abandon(self, operation: Operation[C], command: C, *, reason: str) -> None:
        """Record a part as gone with its whole, without a call. Raises NotSettled."""
        intent = _intent(operation, command)
        effect = await self._ledger.read(intent.key)
        if effect:
            effect.require_settled(self._clock())
        await self._ledger.reverse(intent, reason, now=self._clock())

    async def sweep(self, operation: Operation[C], command: C) -> None:
        """Remove what lost attempts left beside the elected one."""
        effect = await self._ledger.read(_intent(operation, command).key)
        if effect and effect.receipt and effect.search_first:
            await self._sweep(operation, command, effect.receipt, await operation.find(command))

    async def _send(self, operation: Operation[C], command: C, effect: Effect) -> Sequence[Receipt]:
        try:
            async with timeout(self._operation_timeout.total_seconds()):
                found = await operation.find(command) if effect.search_first else ()
                return found or (await operation.do(command, self._attempt(operation, effect)),)
        except TimeoutError as late:
            lost = Uncertain(
                operation.system, f"{operation.kind} took longer than {self._operation_timeout}"
            )
            await self._lose_sight(operation, effect, lost)
            raise lost from late
        except Uncertain as lost:
            await self._lose_sight(operation, effect, lost)
            raise
        except ConnectorFailure as refused:
            await self._ledger.refuse(effect.key, effect.attempt, refused.reason, now=self._clock())
            raise

    async def _lose_sight(self, operation: Operation[C], effect: Effect, lost: Uncertain) -> None:
        now = self._clock()
        settle = operation.idempotency.settle_time
        await self._ledger.mark_uncertain(
            effect.key,
            effect.attempt,
            lost.reason,
            now=now,
            until=now + settle,
            key_tainted=lost.answered,
        )
        lost.pause = settle if operation.idempotency.waits_to_settle else None

    async def _traces(
        self, operation: Operation[C], command: C, effect: Effect
    ) -> Iterable[Receipt]:
        """Find all that the effect's attempts may have left at the vendor."""
        traces: dict[ExternalId, Receipt] = {}
        if effect.search_first or not effect.receipt:
            traces = {made.id: made for made in await operation.find(command)}
        if effect.receipt:
            traces[effect.receipt.id] = effect.receipt
        if not traces and operation.idempotency.strategy is Strategy.UPSERT:
            return [Receipt(id=ExternalId(command.subject))]
        return traces.values()

    async def _sweep(
        self, operation: Operation[C], command: C, elected: Receipt, found: Iterable[Receipt]
    ) -> None:
        for stray in found:
            if stray.id != elected.id:
                await operation.undo(command, stray)

    def _attempt(self, operation: Operation[C], effect: Effect) -> Attempt:
        meaning = (self._installation, operation.system, effect.key, effect.generation)
        return Attempt(
            attempt=effect.attempt,
            generation=effect.generation,
            idempotency_key=hashlib.sha256("|".join(map(str, meaning)).encode()).hexdigest(),
            search_first=effect.search_first,
        )


def _intent(operation: Operation[C], command: C) -> Intent:
    info = activity.info() if activity.in_activity() else None
    return Intent(
        key=EffectKey(kind=operation.kind, subject=command.subject),
        system=operation.system,
        deal=command.deal,
        digest=hashlib.sha256(command.identity().encode()).hexdigest(),
        workflow=(info.workflow_id or "") if info else "",
        run=(info.workflow_run_id or "") if info else "",
    )
