"""The effect ledger under attack: it says on every call until when that call may leave."""

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from connectors.common import correlation
from domain.effect import Effect, EffectKey, IdempotencyPolicy, Receipt
from ports.effect_ledger import Intent
from store.clock import DatabaseClock
from store.database import Database
from store.effect_ledger import PgEffectLedger
from testbed.attack import timing
from testbed.attack.messages import Point

Strike = Callable[[Point], Awaitable[None]]


class WatchedLedger(PgEffectLedger):
    """The product's ledger, at whose steps a worker is struck.

    The deadline of an attempt is counted from before it begins, by the clock of this machine, which
    is the vendors' too. It goes into the vendors' logs with each call; the product never sees it.
    """

    def __init__(self, database: Database, clock: DatabaseClock, strike: Strike) -> None:
        super().__init__(database, clock)
        self._strike = strike

    async def begin(
        self,
        intent: Intent,
        idempotency: IdempotencyPolicy,
        *,
        operation_timeout: timedelta,
        is_repeatable: bool,
    ) -> Effect:
        began = time.time()
        await self._strike(Point.ASKED)
        effect = await super().begin(
            intent,
            idempotency,
            operation_timeout=operation_timeout,
            is_repeatable=is_repeatable,
        )
        _sign_calls(effect, began, "do")
        await self._strike(Point.BEGUN)
        return effect

    async def begin_undo(
        self, intent: Intent, idempotency: IdempotencyPolicy, *, operation_timeout: timedelta
    ) -> Effect:
        began = time.time()
        await self._strike(Point.ASKED)
        effect = await super().begin_undo(intent, idempotency, operation_timeout=operation_timeout)
        _sign_calls(effect, began, "undo")
        await self._strike(Point.BEGUN)
        return effect

    async def confirm(self, key: EffectKey, attempt: int, found: Sequence[Receipt]) -> Effect:
        await self._strike(Point.MADE)
        began = time.time()
        effect = await super().confirm(key, attempt, found)
        # What is sent after this removes strays, each under a lease of its own.
        _sign_calls(effect, began + len(effect.strays) * timing.OPERATION, "sweep")
        return effect

    async def reverse(
        self, key: EffectKey, attempt: int, reason: str, undone: Sequence[Receipt] = ()
    ) -> None:
        await self._strike(Point.MADE)
        await super().reverse(key, attempt, reason, undone)


def _sign_calls(effect: Effect, began: float, verb: str) -> None:
    """Let the vendors log to which attempt the calls from here on belong."""
    key, deadline = effect.key, began + timing.OPERATION
    correlation.set(f"{verb}|{key.kind}|{key.subject}|{effect.attempt}|{deadline}")
