"""Our record of every change in another system, written before the change is tried."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from domain.effect import Effect, EffectKey, IdempotencyPolicy, Receipt
from domain.ids import DealId
from domain.value import Value


class Intent(Value):
    """A change about to be tried: its key, what it means, and which run asks for it."""

    key: EffectKey
    system: str
    deal: DealId
    digest: str
    workflow: str = ""
    run: str = ""


class EffectLedger(Protocol):
    """Each method is one transaction, with the audit entry of what it changed.

    The rules are those of domain.effect; of two attempts at once, one may begin.
    """

    async def begin(
        self,
        intent: Intent,
        idempotency: IdempotencyPolicy,
        *,
        now: datetime,
        operation_timeout: timedelta,
        is_repeatable: bool,
    ) -> Effect:
        """Begin a new attempt, or return the effect if it is settled. Raises as Effect.start."""
        ...

    async def confirm(
        self, key: EffectKey, attempt: int, made: Receipt, *, now: datetime
    ) -> Effect:
        """Record what was made, and return what is on record: the first id and its parts win."""
        ...

    async def mark_uncertain(  # noqa: PLR0913 - all of it is on record
        self,
        key: EffectKey,
        attempt: int,
        reason: str,
        *,
        now: datetime,
        until: datetime,
        key_tainted: bool,
    ) -> None: ...

    async def refuse(self, key: EffectKey, attempt: int, reason: str, *, now: datetime) -> None: ...

    async def finish(self, key: EffectKey, proof: dict[str, str], *, now: datetime) -> Effect: ...

    async def reverse(self, intent: Intent, reason: str, *, now: datetime) -> None:
        """Record it as gone, even if it never was made: a late attempt stops at that."""
        ...

    async def read(self, key: EffectKey) -> Effect | None: ...

    async def of_deal(self, deal: DealId) -> Sequence[Effect]: ...
