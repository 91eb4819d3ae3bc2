"""The effect ledger in PostgreSQL. Its rules are those of domain.effect; here they become rows.

A transition is read, decide, write-if-unchanged: the write names the version that was read, and
contains its audit entry and links in the same statement. No lock outlives a statement, so a
stopped worker blocks nobody; a writer that lost the race reads and decides again. What is early
and what is late is decided by the database's clock, which comes with each row.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg.errors import UniqueViolation
from sqlalchemy import Boolean, bindparam, case, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.command import CommandRecord
from domain.effect import (
    Effect,
    EffectKey,
    EffectKind,
    EffectState,
    IdempotencyPolicy,
    NotSettled,
    Receipt,
    Strategy,
)
from domain.ids import DealId
from domain.refusal import Refusal
from ports.effect_ledger import Intent
from store import epochs
from store.accounts import (
    ELSEWHERE,
    IS_ARCHIVED,
    account_values,
    require_account,
    require_not_archived,
)
from store.audit import Note, audited, changes, fields, new
from store.clock import NOW, DatabaseClock
from store.database import Database, Query, Session
from store.effect_links import link_values, require_free, tie, untie
from store.mapping import Row, effect_of, effect_row
from store.tables import effects

_UNUSED: Final = ("operation_timeout", "workflow", "run")
"""Columns that only the release before writes."""
_NOT_NOTED: Final = {
    **dict.fromkeys(
        (
            *("key", "deal", "state", "attempt", "digest"),
            *("first_sent", "until", "others_until", "may_be_there"),
        ),
        True,
    ),
    "receipt": {"url"},
    "strays": {"__all__": {"url"}},
}
"""What an entry has in its own columns, follows from its time, never changes, or is a link's."""
_KEY: Final = [*EffectKey.model_fields]
_THIS: Final = tuple(effects.c[name] == bindparam(name) for name in _KEY)
_SET: Final = (
    update(effects)
    .where(*_THIS, effects.c.version == bindparam("seen"))
    .values(
        {
            **fields(effects, *_KEY, "deal", "digest", "epoch", *_UNUSED),
            effects.c.epoch: case(
                (bindparam("is_seen", type_=Boolean), epochs.CURRENT), else_=effects.c.epoch
            ),
        }
    )
)
_READ: Final = Query(select(effects, NOW, epochs.IS_DOUBTED).where(*_THIS))
_OF_DEAL: Final = Query(
    select(effects, epochs.IS_DOUBTED)
    .where(effects.c.deal == bindparam("deal"))
    .order_by(effects.c.first_sent.nulls_last(), effects.c.kind, effects.c.subject)
)
_NEW: Final = {**fields(effects, "epoch", *_UNUSED), "epoch": epochs.CURRENT}
_CONFIRMED_SINCE: Final = Query(
    select(effects, epochs.IS_DOUBTED)
    .where(
        effects.c.system == bindparam("system"),
        effects.c.tenant == bindparam("tenant"),
        effects.c.kind == bindparam("kind"),
        effects.c.changed_at >= bindparam("since"),
        or_(*(effects.c.state == each.value for each in (EffectState.CONFIRMED, EffectState.DONE))),
    )
    .order_by(effects.c.changed_at, effects.c.subject)
)
_PUT: Final = audited(
    insert(effects)
    .from_select([*_NEW], select(*_NEW.values()).where(~ELSEWHERE, ~IS_ARCHIVED))
    .on_conflict_do_nothing(index_elements=_KEY),
    returning=effects.c.epoch,
)
_MOVE: Final = audited(_SET)
_MOVE_AND_TIE: Final = audited(_SET, tie)
_MOVE_AND_UNTIE: Final = audited(_SET, untie)

Step = Callable[[Effect, datetime], Effect]
"""A step of an effect, at a moment of the database's."""
_KEPT: Final = 1000


class _NotOnRecord(Refusal):
    """The ledger has no row of this effect."""


@dataclass(frozen=True)
class Seen:
    """An effect, and the rest of its row."""

    effect: Effect
    row: dict[str, Any]


class PgEffectLedger:
    """Fills ports.effect_ledger.EffectList.

    It keeps what it wrote last in memory, so that the usual second step need not read it: if the
    row changed meanwhile, its version shows it, and the row is read after all.
    """

    def __init__(self, database: Database, clock: DatabaseClock) -> None:
        self._database = database
        self._clock = clock
        self._seen: dict[EffectKey, Seen] = {}

    async def begin(
        self,
        intent: Intent,
        idempotency: IdempotencyPolicy,
        *,
        operation_timeout: timedelta,
        is_repeatable: bool,
    ) -> Effect:
        def start(effect: Effect, now: datetime) -> Effect:
            self._require_steady(effect, now, operation_timeout + idempotency.settle_time)
            return effect.start(
                intent.digest,
                idempotency,
                now=now,
                operation_timeout=operation_timeout,
                is_repeatable=is_repeatable,
            )

        return await self._put_or_change(intent, start, _stamp(intent, idempotency))

    async def begin_undo(
        self, intent: Intent, idempotency: IdempotencyPolicy, *, operation_timeout: timedelta
    ) -> Effect:
        def start(effect: Effect, now: datetime) -> Effect:
            self._require_steady(effect, now, operation_timeout + idempotency.settle_time)
            return effect.start_undo(idempotency, now=now, operation_timeout=operation_timeout)

        return await self._put_or_change(intent, start, _stamp(intent, idempotency))

    async def confirm(self, key: EffectKey, attempt: int, found: Sequence[Receipt]) -> Effect:
        return await self._change(key, lambda effect, _: effect.confirm(attempt, found))

    async def mark_uncertain(
        self,
        key: EffectKey,
        attempt: int,
        reason: str,
        *,
        settle_time: timedelta,
        key_tainted: bool,
    ) -> None:
        def lose(effect: Effect, now: datetime) -> Effect:
            return effect.mark_uncertain(
                attempt, reason, until=now + settle_time, key_tainted=key_tainted
            )

        await self._change(key, lose)

    async def refuse(self, key: EffectKey, attempt: int, reason: str) -> None:
        await self._change(key, lambda effect, _: effect.refuse(attempt, reason))

    async def finish(self, key: EffectKey, proof: dict[str, str]) -> Effect:
        return await self._change(key, lambda effect, _: effect.finish(proof))

    async def reverse(
        self, key: EffectKey, attempt: int, reason: str, undone: Sequence[Receipt] = ()
    ) -> None:
        await self._change(key, lambda effect, _: effect.reverse(attempt, reason, undone))

    async def abandon(self, intent: Intent, reason: str) -> None:
        await self._put_or_change(intent, lambda effect, now: effect.abandon(reason, now=now), {})

    async def sweep(self, key: EffectKey, stray: Receipt) -> None:
        await self._change(key, lambda effect, _: effect.sweep(stray))

    async def raise_epoch(self, command: CommandRecord, since: datetime) -> int:
        async with self._database.transaction() as session:
            await self._clock.set(session)
            return await epochs.raise_epoch(session, command, since, now=self._clock.now())

    async def read(self, key: EffectKey) -> Effect | None:
        async with self._database.session() as session:
            row = await session.one(_READ, **key.model_dump())
        return effect_of(row) if row else None

    async def of_deal(self, deal: DealId) -> Sequence[Effect]:
        async with self._database.session() as session:
            return [effect_of(row) for row in await session.all(_OF_DEAL, deal=deal)]

    async def require_account(self, key: EffectKey, deal: DealId) -> None:
        async with self._database.session() as session:
            await require_account(session, key, deal)

    async def finish_within(self, session: Session, key: EffectKey, step: Step) -> None:
        """Take the last step of an effect within a transaction of the billing ledger."""
        seen = self._seen.pop(key, None)
        if not seen or not await _step(session, seen, step, now=self._clock.now()):
            await change_effect(session, key, step, {})

    async def confirmed_since(
        self, system: str, tenant: str, kind: EffectKind, since: datetime
    ) -> Sequence[Effect]:
        async with self._database.session() as session:
            rows = await session.all(
                _CONFIRMED_SINCE, system=system, tenant=tenant, kind=kind, since=since
            )
        return [effect_of(row) for row in rows]

    async def _change(self, key: EffectKey, step: Step) -> Effect:
        seen = self._seen.pop(key, None)
        async with self._database.session() as session:
            if seen and (after := await _step(session, seen, step, now=self._clock.now())):
                self._remember(Seen(after, {**seen.row, "version": seen.row["version"] + 1}))
                return after
            return await change_effect(session, key, step, {})

    async def _put_or_change(self, intent: Intent, step: Step, stamp: dict[str, object]) -> Effect:
        async with self._database.session() as session:
            await self._clock.set(session)
            now, sent = self._clock.now(), self._clock.seconds()
            first = step(_planned(intent), now)
            row = {"strategy": "", **stamp, "version": 1}
            if put := await _put(session, first, row, now=now):
                self._clock.observe(put["now"], sent=sent)
                first = first.model_copy(update={"is_doubted": put["epoch"] > 0})
                self._remember(Seen(first, row))
                return first
            await require_account(session, intent.key, intent.deal)

            def follow(effect: Effect, now: datetime) -> Effect:
                self._clock.observe(now, sent=sent)
                return step(effect, now)

            try:
                return await change_effect(session, intent.key, follow, stamp)
            except _NotOnRecord:
                await require_not_archived(session, intent.deal)
                raise

    def _require_steady(self, effect: Effect, now: datetime, longest: timedelta) -> None:
        """Raise NotSettled if the database's clock jumped while an older call may still land."""
        gone = self._clock.since_move()
        if effect.is_pending and gone < longest:
            raise NotSettled(effect.key, now + (longest - gone), longest - gone)

    def _remember(self, seen: Seen) -> None:
        """Remember an effect; forget the one that was written longest ago."""
        self._seen[seen.effect.key] = seen
        if len(self._seen) > _KEPT:
            del self._seen[next(iter(self._seen))]


async def change_effect(
    session: Session, key: EffectKey, step: Step, stamp: dict[str, object]
) -> Effect:
    """Take one step on the effect as it is now; a step that changes nothing writes nothing."""
    while True:
        row = await session.one(_READ, **key.model_dump())
        if row is None:
            raise _NotOnRecord(f"{key} is not on record: begin it before anything else")
        before, now = effect_of(row), row["now"]
        after = step(before, now)
        if after == before:
            return before
        if await _move(session, before, after, {**row, **stamp}, now=now):
            return after


async def _step(session: Session, seen: Seen, step: Step, *, now: datetime) -> Effect | None:
    """Take the step from what was seen last; None if it changes nothing or comes too late."""
    try:
        after = step(seen.effect, now)
    except Refusal:
        return None
    is_new = after != seen.effect
    return after if is_new and await _move(session, seen.effect, after, seen.row, now=now) else None


def _stamp(intent: Intent, idempotency: IdempotencyPolicy) -> dict[str, object]:
    return {"strategy": idempotency.strategy, "workflow": intent.workflow}


def _planned(intent: Intent) -> Effect:
    return Effect(key=intent.key, deal=intent.deal, digest=intent.digest)


async def _put(
    session: Session, effect: Effect, row: dict[str, Any], *, now: datetime
) -> Row | None:
    """Write the effect, and return the database's time; None if it was on record already."""
    columns = {**effect_row(effect), **row, "changed_at": now}
    note = _note(None, effect, row, now=now)
    values = {**new(columns), **note.values(), **account_values(effect.key, effect.deal)}
    return await session.one(_PUT, **values)


async def _move(
    session: Session, before: Effect, after: Effect, row: dict[str, Any], *, now: datetime
) -> bool:
    """Write the effect; return whether the row was still as `before`."""
    columns = {**row, **effect_row(after), "version": row["version"] + 1, "changed_at": now}
    values: dict[str, object] = {
        **after.key.model_dump(),
        "seen": row["version"],
        "is_seen": _sees(before, after),
        **new(columns),
        **_note(before, after, row, now=now).values(),
    }
    if before.receipt and (after.state is EffectState.REVERSED or after.receipt is None):
        return bool(await session.one(_MOVE_AND_UNTIE, **values, **link_values(before)))
    if after.state is not EffectState.CONFIRMED:
        return bool(await session.one(_MOVE, **values))
    lenient = row["strategy"] == Strategy.UPSERT
    values |= link_values(after, lenient=lenient)
    try:
        return bool(await session.one(_MOVE_AND_TIE, **values))
    except UniqueViolation:
        if not lenient:
            await require_free(session, after)
        return False  # somebody tied or untied it at the same moment; the next look sees that


def _sees(before: Effect, after: Effect) -> bool:
    """Whether the step saw the record at its vendor; only that ends a doubt."""
    is_elected = before.state is EffectState.IN_FLIGHT and after.is_confirmed
    return is_elected or (before.is_doubted and not after.is_doubted)


def _account(effect: Effect) -> dict[str, object]:
    return {"account": effect.key.account}


def _note(before: Effect | None, after: Effect, row: dict[str, Any], *, now: datetime) -> Note:
    begins = after.state in {EffectState.IN_FLIGHT, EffectState.REVERSING}
    return Note(
        at=now,
        deal=after.deal,
        entity=after.key.kind,
        key=after.key.subject,
        from_state=before.state if before else EffectState.PLANNED,
        to_state=after.state,
        attempt=after.attempt,
        what=changes(before, after, elsewhere=_NOT_NOTED) | ({} if before else _account(after)),
        workflow=row.get("workflow", "") if begins else "",
    )
