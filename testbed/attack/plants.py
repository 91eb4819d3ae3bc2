"""Holes that are planted in a worker's product, to see that the attack finds them.

Each takes one protection away, from outside: the product has no switch for it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Final
from unittest.mock import patch

from connectors.common import References
from connectors.common.project_parts import receipts
from connectors.jira.operations import plan_work
from connectors.xero.operations.credit_invoice import CreditInvoiceOperation
from connectors.xero.operations.draft_invoice import DraftInvoiceOperation
from domain.effect import Effect, EffectKey, EffectState, IdempotencyPolicy, Receipt, Superseded
from domain.ids import ExternalId
from ports.effect_ledger import Intent
from ports.lease import Lease
from store.clock import DatabaseClock
from store.database import Database
from store.effect_ledger import Step
from testbed.attack import timing
from testbed.attack.ledger import Strike, WatchedLedger

Ledger = Callable[[Database, DatabaseClock, Strike], WatchedLedger]


class Plant(StrEnum):
    """A protection that is taken away."""

    NO_DEADLINE = "no-deadline"
    """The time of an attempt is counted from after it begins, and never checked."""
    NO_LOOK = "no-look"
    """A first attempt at a document does not look whether it is there."""
    NO_INSTALLATION = "no-installation"
    """References do not name the installation."""
    UNFENCED_UNDO = "unfenced-undo"
    """An undo looks and reverses, and is on record only afterwards."""
    SWEEP_BY_PROJECT = "sweep-by-project"
    """A stray issue goes by its project's id, which the elected one has too."""
    WORKER_CLOCK = "worker-clock"
    """The clocks of workers decide, not the database's."""


@contextmanager
def planted(hole: Plant | None, skew: timedelta) -> Iterator[Ledger]:
    """Take the protection away while the block runs; return the ledger to use."""
    with ExitStack() as taken:
        for owner, name, instead in _INSTEAD.get(hole, ()):
            taken.enter_context(patch.object(owner, name, instead))
        match hole:
            case Plant.UNFENCED_UNDO:
                yield UnfencedUndo
            case Plant.WORKER_CLOCK:
                yield partial(WorkerClock, skew=skew)
            case _:
                yield WatchedLedger


class UnfencedUndo(WatchedLedger):
    """An undo that takes no attempt of its own."""

    async def begin_undo(
        self, intent: Intent, idempotency: IdempotencyPolicy, *, operation_timeout: timedelta
    ) -> Effect:
        effect = await self.read(intent.key)
        if effect is None:
            return await super().begin_undo(
                intent, idempotency, operation_timeout=operation_timeout
            )
        if effect.state is not EffectState.REVERSED:
            effect.require_settled(datetime.now(UTC))
        return effect

    async def mark_uncertain(
        self,
        key: EffectKey,
        attempt: int,
        reason: str,
        *,
        settle_time: timedelta,
        key_tainted: bool,
    ) -> None:
        with suppress(Superseded):
            await super().mark_uncertain(
                key, attempt, reason, settle_time=settle_time, key_tainted=key_tainted
            )

    async def refuse(self, key: EffectKey, attempt: int, reason: str) -> None:
        with suppress(Superseded):
            await super().refuse(key, attempt, reason)

    async def reverse(
        self, key: EffectKey, attempt: int, reason: str, undone: Sequence[Receipt] = ()
    ) -> None:
        del attempt, undone
        gone = {"state": EffectState.REVERSED, "until": None, "strays": (), "reason": reason}
        await self._change(key, lambda effect, _: effect.model_copy(update=gone))


class WorkerClock(WatchedLedger):
    """A ledger that asks its own machine for the time."""

    def __init__(
        self, database: Database, clock: DatabaseClock, strike: Strike, *, skew: timedelta
    ) -> None:
        super().__init__(database, clock, strike)
        self._skew = skew

    async def _change(self, key: EffectKey, step: Step) -> Effect:
        return await super()._change(key, self._at_our_time(step))

    async def _put_or_change(self, intent: Intent, step: Step, stamp: dict[str, object]) -> Effect:
        return await super()._put_or_change(intent, self._at_our_time(step), stamp)

    def _at_our_time(self, step: Step) -> Step:
        return lambda effect, _: step(effect, datetime.now(UTC) + self._skew)


def _receipts_by_project(
    project: ExternalId, keys: AbstractSet[str], parts: Sequence[tuple[str, str]]
) -> Sequence[Receipt]:
    found = receipts(project, keys, parts)
    return [made.model_copy(update={"id": project}) for made in found]


_INSTEAD: Final[Mapping[Plant | None, Sequence[tuple[object, str, object]]]] = {
    Plant.NO_DEADLINE: (
        (Lease, "remaining", lambda _: timing.OPERATION),
        (Lease, "why_ended", ""),
    ),
    Plant.NO_LOOK: (
        (DraftInvoiceOperation, "looks_first", False),
        (CreditInvoiceOperation, "looks_first", False),
    ),
    Plant.NO_INSTALLATION: ((References, "prefix", "cw:"),),
    Plant.SWEEP_BY_PROJECT: ((plan_work, "receipts", _receipts_by_project),),
}
"""What takes the place of a protection: where it is, its name, and what is there instead."""
