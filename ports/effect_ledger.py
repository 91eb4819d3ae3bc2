"""Our record of every change in another system, written before the change is tried."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from domain.command import CommandRecord
from domain.effect import Effect, EffectKey, EffectKind, IdempotencyPolicy, Receipt
from domain.ids import DealId
from domain.value import Value


class Intent(Value):
    """A change about to be tried: its key, what it means, and which run asks for it."""

    key: EffectKey
    deal: DealId
    digest: str
    workflow: str = ""
    run: str = ""


class EffectLedger(Protocol):
    """Each method is one transaction, with the audit entry of what it changed.

    The rules are those of domain.effect, by the ledger's own clock; of two attempts at once, one
    may begin. `operation_timeout` is the time of an attempt, from before the call of `begin`.
    """

    async def begin(
        self,
        intent: Intent,
        idempotency: IdempotencyPolicy,
        *,
        operation_timeout: timedelta,
        is_repeatable: bool,
    ) -> Effect:
        """Begin a new attempt, or return the effect if it is settled.

        Raises as Effect.start, and OtherAccount.
        """
        ...

    async def begin_undo(
        self, intent: Intent, idempotency: IdempotencyPolicy, *, operation_timeout: timedelta
    ) -> Effect:
        """Take the right to undo, even what never was made. Raises NotSettled, OtherAccount."""
        ...

    async def confirm(self, key: EffectKey, attempt: int, found: Sequence[Receipt]) -> Effect:
        """Record what is at the vendor, and return what is on record: the first id wins."""
        ...

    async def mark_uncertain(
        self,
        key: EffectKey,
        attempt: int,
        reason: str,
        *,
        settle_time: timedelta,
        key_tainted: bool,
    ) -> None:
        """Record that the call may have happened, or may still happen within `settle_time`."""
        ...

    async def refuse(self, key: EffectKey, attempt: int, reason: str) -> None: ...

    async def finish(self, key: EffectKey, proof: dict[str, str]) -> Effect: ...

    async def reverse(
        self, key: EffectKey, attempt: int, reason: str, undone: Sequence[Receipt] = ()
    ) -> None:
        """Record it as gone; strays beside the `undone` stay on record."""
        ...

    async def abandon(self, intent: Intent, reason: str) -> None:
        """Record it as gone with its whole, even if it never was made.

        Raises NotSettled, OtherAccount.
        """
        ...

    async def sweep(self, key: EffectKey, stray: Receipt) -> None:
        """Record that a stray is gone."""
        ...

    async def require_account(self, key: EffectKey, deal: DealId) -> None:
        """Raise OtherAccount if the deal has records of this role in another account."""
        ...

    async def read(self, key: EffectKey) -> Effect | None: ...

    async def of_deal(self, deal: DealId) -> Sequence[Effect]: ...


class LedgerEpochs(Protocol):
    """What an operator says after a restore, or in any doubt about the record."""

    async def raise_epoch(self, command: CommandRecord, since: datetime) -> int:
        """Doubt every effect that was settled since then, and return the new epoch's number.

        A doubted effect is looked up before it is believed. From the first epoch on, even a first
        attempt looks first: what it would make may be there, and off the record.
        """
        ...


class EffectList(EffectLedger, Protocol):
    """An effect ledger that lists what is on record."""

    async def confirmed_since(
        self, system: str, tenant: str, kind: EffectKind, since: datetime
    ) -> Sequence[Effect]:
        """Confirmed and done effects of a kind that changed since then, oldest change first."""
        ...
