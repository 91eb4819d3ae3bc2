"""Seals over the audit trail in PostgreSQL: for each month a chain of digests."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Interval,
    Select,
    String,
    bindparam,
    cast,
    func,
    insert,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from ports.audit_seals import Seal, TrailCheck
from store.database import Database, Query, Session
from store.mapping import Row
from store.tables import audit_seals, audit_trail

_MOST: Final = 50_000
"""Entries of one seal: their digest is computed well within a statement's time-out."""
_LOCK: Final = Query(select(func.pg_advisory_xact_lock(0x_5EA1)))
_NAMES: Final = (
    *("id", "at", "attempt", "deal", "entity", "key", "from_state", "to_state", "what"),
    *("workflow", "actor", "actor_name", "verified_by", "command", "outcome", "reason"),
)
"""The columns that a seal covers, by name: a column added later changes no digest."""
_LINE: Final = cast(func.jsonb_build_array(*(audit_trail.c[name] for name in _NAMES)), String)
_MONTH: Final = cast(func.date_trunc("month", func.timezone("UTC", audit_trail.c.at)), Date)
_NEWEST: Final = Query(select(func.coalesce(func.max(audit_trail.c.id), 0).label("id")))
_ONE_MONTH: Final[ColumnElement[timedelta]] = literal_column("interval '1 month'", Interval())
_SEALED: Final = select(func.coalesce(func.max(audit_seals.c.through), 0)).scalar_subquery()
_SEALS: Final = Query(select(audit_seals).order_by(audit_seals.c.month, audit_seals.c.through))
_LAST: Final = Query(
    select(audit_seals)
    .where(audit_seals.c.month == bindparam("month"))
    .order_by(audit_seals.c.through.desc())
    .limit(1)
)
_PUT: Final = Query(
    insert(audit_seals).values(
        month=bindparam("month"),
        through=bindparam("through"),
        entries=bindparam("entries"),
        digest=bindparam("digest"),
        sealed_at=func.now(),
    )
)
_BETWEEN: Final = (
    audit_trail.c.id > bindparam("after"),
    audit_trail.c.id <= bindparam("through"),
)
_next: Final = (
    select(audit_trail.c.id)
    .where(audit_trail.c.id > _SEALED, audit_trail.c.id <= bindparam("through"))
    .order_by(audit_trail.c.id)
    .limit(_MOST)
    .subquery()
)
_NEXT: Final = Query(select(_SEALED.label("after"), func.max(_next.c.id).label("through")))
_MONTHS: Final = Query(select(_MONTH.label("month")).where(*_BETWEEN).distinct().order_by("month"))
_COUNTS: Final = Query(
    select(_MONTH.label("month"), func.count().label("entries"))
    .where(audit_trail.c.id <= bindparam("through"))
    .group_by("month")
    .order_by("month")
)


def _digest() -> Select[tuple[int, str]]:
    month = bindparam("month", type_=Date)
    start = func.timezone("UTC", cast(month, DateTime))
    lines = func.string_agg(_LINE, aggregate_order_by(literal("\n"), audit_trail.c.id))
    chained = bindparam("before", type_=String) + func.coalesce(lines, "")
    digest = func.encode(func.sha256(func.convert_to(chained, "UTF8")), "hex")
    return select(func.count().label("entries"), digest.label("digest")).where(
        *_BETWEEN,
        audit_trail.c.at >= start,
        audit_trail.c.at < func.timezone("UTC", cast(month, DateTime) + _ONE_MONTH),
    )


_DIGEST: Final = Query(_digest())


class PgAuditSeals:
    """Fills ports.audit_seals.AuditSeals."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest_entry(self) -> int:
        async with self._database.session() as session:
            row = await session.one(_NEWEST)
        return int(row["id"]) if row else 0

    async def seal(self, through: int) -> Sequence[Seal]:
        made = []
        while part := await self._seal_part(through):
            made += part
        return made

    async def check(self, kept: Sequence[str] = ()) -> TrailCheck:
        problems, entries, seals, detached = [], 0, [], []
        async with self._database.session() as session:
            rows = await session.all(_SEALS)
        last = max((row["through"] for row in rows), default=0)
        for month, of_month in groupby(rows, lambda row: row["month"]):
            chain = list(of_month)
            seals += [_seal(row) for row in chain]
            detached += [month] if chain[0]["detached_at"] else []
            problems += [each async for each in self._problems(chain)]
            entries += sum(row["entries"] for row in chain if not row["detached_at"])
        problems += await self._unsealed(rows, last)
        known = set(map(str, seals))
        problems += [f"{seal} is not among the seals" for seal in kept if seal not in known]
        return TrailCheck(
            seals=tuple(seals),
            entries=entries,
            detached=tuple(detached),
            problems=tuple(problems),
        )

    async def _seal_part(self, through: int) -> list[Seal]:
        async with self._database.transaction() as session:
            await session.run(_LOCK)
            part = await session.one(_NEXT, through=through)
            if part is None or part["through"] is None:
                return []
            months = await session.all(_MONTHS, **part)
            return [await _seal_month(session, row["month"], **part) for row in months]

    async def _problems(self, chain: Sequence[Row]) -> AsyncIterator[str]:
        after, before = 0, ""
        for row in chain:
            if row["detached_at"]:
                after, before = row["through"], row["digest"]
                continue
            found = await self._found(row["month"], after, row["through"], before)
            if found != (row["entries"], row["digest"]):
                yield (
                    f"the entries {after + 1} to {row['through']} of {row['month']:%Y-%m} are not"
                    f" those that were sealed: {found[0]} of {row['entries']} are there"
                )
            after, before = row["through"], row["digest"]

    async def _unsealed(self, seals: Sequence[Row], last: int) -> list[str]:
        """Name the entries that came later, with an id and a time of before: none has a seal."""
        sealed: Counter[date] = Counter()
        for row in seals:
            sealed[row["month"]] += 0 if row["detached_at"] else row["entries"]
        async with self._database.session() as session:
            counted = await session.all(_COUNTS, through=last)
        return [
            f"{each['entries'] - sealed[each['month']]} entries of {each['month']:%Y-%m} came after"
            " they were sealed"
            for each in counted
            if each["entries"] > sealed[each["month"]]
        ]

    async def _found(self, month: date, after: int, through: int, before: str) -> tuple[int, str]:
        async with self._database.session() as session:
            return await _digest_of(session, month, after, through, before)


async def _seal_month(session: Session, month: date, *, after: int, through: int) -> Seal:
    last = await session.one(_LAST, month=month)
    before = last["digest"] if last else ""
    entries, digest = await _digest_of(session, month, after, through, before)
    await session.run(_PUT, month=month, through=through, entries=entries, digest=digest)
    return Seal(month=month, through=through, digest=digest)


async def _digest_of(
    session: Session, month: date, after: int, through: int, before: str
) -> tuple[int, str]:
    """Return how many entries of the month lie between two ids, and their digest."""
    [row] = await session.all(_DIGEST, month=month, after=after, through=through, before=before)
    return row["entries"], row["digest"]


def _seal(row: Row) -> Seal:
    return Seal(month=row["month"], through=row["through"], digest=row["digest"])
