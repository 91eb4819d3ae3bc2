"""The effect ledger under attack: it says on every call until when that call may leave."""

import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from connectors.common import correlation
from domain.effect import Effect, EffectKey, IdempotencyPolicy, Receipt
from ports.effect_ledger import Intent
from store.database import Database
from store.effect_ledger import PgEffectLedger
from testbed.attack.messages import Point

Struck = Callable[[Point], Awaitable[None]]


class WatchedLedger(PgEffectLedger):
    """The product's ledger, with a worker struck beside it.

    The deadline is counted from before the attempt begins, by the clock of this machine, which is
    also the vendors'. It is told to the vendor's log, and to nobody in the product.
    """

    def __init__(self, database: Database, struck: Struck) -> None:
        super().__init__(database)
        self._struck = struck

    async def begin(
        self,
        intent: Intent,
        idempotency: IdempotencyPolicy,
        *,
        now: datetime,
        operation_timeout: timedelta,
        is_repeatable: bool,
    ) -> Effect:
        deadline = time.time() + operation_timeout.total_seconds()
        effect = await super().begin(
            intent,
            idempotency,
            now=now,
            operation_timeout=operation_timeout,
            is_repeatable=is_repeatable,
        )
        if not effect.is_confirmed:
            correlation.set(f"{effect.key.kind}|{effect.key.subject}|{effect.attempt}|{deadline}")
            await self._struck(Point.BEGUN)
        return effect

    async def confirm(
        self, key: EffectKey, attempt: int, made: Receipt, *, now: datetime
    ) -> Effect:
        await self._struck(Point.MADE)
        return await super().confirm(key, attempt, made, now=now)
