"""Time entries in PostgreSQL: every version is a row, and every change has its audit entry."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from domain.actor import CASHWARD
from domain.billing_arrangement import RoundingMethod, TimeRounding
from domain.command import CommandRecord
from domain.ids import DealId, ExternalId
from domain.rate_card import JobProfile
from domain.time_record import ApprovedTime, TimeKey, TimeRecord, TimeState, TimeVersion
from domain.timesheet import TimeChanges, TimeEntry
from ports.timesheets import Decide
from store.audit import NOTE, Note, audited, changes, fields, new
from store.audit_trail import note_of
from store.database import Database, Query, Session
from store.mapping import Row, money_of
from store.tables import audit_trail, links, time_entries

_BATCH: Final = 500
"""Entries of one transaction, so that none takes long."""
_ROW: Final = time_entries.c
_KEY: Final = (_ROW.system, _ROW.tenant, _ROW.entry, _ROW.deal)
_IN_ORDER: Final = (*_KEY, _ROW.version)
_HERE: Final = and_(_ROW.system == bindparam("system"), _ROW.tenant == bindparam("tenant"))
_IN_DAYS: Final = _ROW.day.between(bindparam("first"), bindparam("last"))
_CURRENT: Final = [
    state.value for state in (TimeState.BOOKED, TimeState.APPROVED, TimeState.BILLED)
]
_IS_CURRENT: Final = _ROW.state == func.any(literal(_CURRENT, ARRAY(Text)))


def _whole(*having: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    """Select all versions of the entries that have such a version."""
    keys = select(*_KEY).where(*having)
    return select(time_entries).where(tuple_(*_KEY).in_(keys)).order_by(*_IN_ORDER)


_LOCK: Final = Query(
    select(time_entries)
    .where(_HERE, _ROW.entry == func.any(bindparam("entries", type_=ARRAY(Text))))
    .order_by(*_IN_ORDER)
    .with_for_update()
)
_DEALS: Final = Query(
    select(links.c.external_id, links.c.deal).where(
        links.c.kind == "pm.project",
        links.c.system == bindparam("system"),
        links.c.tenant == bindparam("tenant"),
        links.c.external_id == func.any(bindparam("projects", type_=ARRAY(Text))),
    )
)
_OF_DEAL: Final = Query(_whole(_ROW.deal == bindparam("deal"), _IN_DAYS))
_WAITING: Final = Query(
    _whole(
        literal_column("time_entries.state = 'booked'"),  # as the partial index says it
        or_(_ROW.is_approved_in_pm, _ROW.recorded_at <= bindparam("before")),
    )
)
_KNOWN: Final = Query(
    select(_ROW.entry, func.bool_or(_ROW.is_approved_in_pm).label("is_approved"))
    .where(_HERE, _ROW.day >= bindparam("since"), _IS_CURRENT)
    .group_by(_ROW.entry, _ROW.deal)
    .having(func.bool_and(not_(_ROW.is_deleted)))
)
_PEOPLE: Final = Query(
    select(_ROW.person).where(_IN_DAYS, _IS_CURRENT, not_(_ROW.is_deleted)).distinct()
)
_TURNED: Final = Query(
    select(_ROW.deal, func.max(_ROW.since).label("turned_at"))
    .where(
        _ROW.since >= bindparam("since"),
        or_(_ROW.approved_at.is_not(None), _ROW.adjusts.is_not(None)),
    )
    .group_by(_ROW.deal)
)
# Of two who read an entry for the first time, one writes it.
_ADD: Final = audited(
    insert(time_entries)
    .values(fields(time_entries))
    .on_conflict_do_nothing(index_elements=list(time_entries.primary_key))
)
_SET: Final = audited(
    update(time_entries)
    .where(*(column == bindparam(f"new_{column.name}") for column in _IN_ORDER))
    .values(fields(time_entries, *(column.name for column in _IN_ORDER)))
)
_NOTE: Final = Query(insert(audit_trail).values(NOTE))

_AS_THEY_ARE: Final = tuple(
    name for name in TimeVersion.model_fields if name not in {"state", "approved"}
)


class PgTimesheets:
    """Fills ports.timesheets.Timesheets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(
        self, system: str, tenant: str, changes: TimeChanges, *, now: datetime
    ) -> None:
        booked = {entry.id: entry for entry in changes.entries}
        touched = sorted({*booked, *changes.deleted})
        for start in range(0, len(touched), _BATCH):
            part = touched[start : start + _BATCH]
            entries = {each: booked.get(each) for each in part}
            async with self._database.transaction() as session:
                deals = await _deals(session, system, tenant, filter(None, entries.values()))
                records = await _lock(session, system, tenant, part)
                for number, entry in entries.items():
                    if entry and (deal := deals.get(entry.project)):
                        key = TimeKey(system=system, tenant=tenant, entry=number, deal=deal)
                        records.setdefault(key, TimeRecord(key=key))
                after = {
                    key: _taken_over(record, entries[key.entry], deals, now=now)
                    for key, record in records.items()
                }
                await _write(session, records, after, None, now=now)

    async def change(
        self,
        keys: Collection[TimeKey],
        decide: Decide,
        *,
        now: datetime,
        command: CommandRecord | None = None,
    ) -> None:
        async with self._database.transaction() as session:
            records: dict[TimeKey, TimeRecord] = {}
            for system, tenant in sorted({(key.system, key.tenant) for key in keys}):
                entries = sorted(key.entry for key in keys)
                records |= await _lock(session, system, tenant, entries)
            after = {key: decide(record) for key, record in records.items() if key in keys}
            await _write(session, records, after, command, now=now)
            if command:
                await session.run(_NOTE, **note_of(command, now=now).values())

    async def of_deal(
        self, deal: DealId, first: date = date.min, last: date = date.max
    ) -> Sequence[TimeRecord]:
        async with self._database.session() as session:
            rows = await session.all(_OF_DEAL, deal=deal, first=first, last=last)
        dated = [(each.current.day, each) for each in _records(rows).values() if each.current]
        inside = [each for each in dated if first <= each[0] <= last]
        return [record for _, record in sorted(inside, key=lambda each: each[0])]

    async def known(self, system: str, tenant: str, since: date) -> Mapping[ExternalId, bool]:
        async with self._database.session() as session:
            rows = await session.all(_KNOWN, system=system, tenant=tenant, since=since)
        return {ExternalId(row["entry"]): row["is_approved"] for row in rows}

    async def waiting(self, *, recorded_before: datetime) -> Sequence[TimeRecord]:
        async with self._database.session() as session:
            rows = await session.all(_WAITING, before=recorded_before)
        return list(_records(rows).values())

    async def turned(self, *, since: datetime) -> Mapping[DealId, datetime]:
        async with self._database.session() as session:
            rows = await session.all(_TURNED, since=since)
        return {DealId(row["deal"]): row["turned_at"] for row in rows}

    async def people(self, first: date, last: date) -> frozenset[str]:
        async with self._database.session() as session:
            rows = await session.all(_PEOPLE, first=first, last=last)
        return frozenset(row["person"] for row in rows)


def _taken_over(
    record: TimeRecord,
    entry: TimeEntry | None,
    deals: Mapping[ExternalId, DealId],
    *,
    now: datetime,
) -> TimeRecord:
    """Return the record as the PM says: booked, moved to another deal, or deleted."""
    if entry is None:
        return record.delete(now=now)
    if deals.get(entry.project) != record.key.deal:
        return record.delete(now=now, changed_at=entry.changed_at)
    return record.book(entry, now=now)


async def _deals(
    session: Session, system: str, tenant: str, entries: Iterable[TimeEntry]
) -> dict[ExternalId, DealId]:
    """The deals of the entries' projects; a project that is not ours has none."""
    projects = sorted({entry.project for entry in entries})
    rows = await session.all(_DEALS, system=system, tenant=tenant, projects=projects)
    return {ExternalId(row["external_id"]): DealId(row["deal"]) for row in rows}


async def _lock(
    session: Session, system: str, tenant: str, entries: Sequence[str]
) -> dict[TimeKey, TimeRecord]:
    """Read these entries until the transaction ends."""
    return _records(await session.all(_LOCK, system=system, tenant=tenant, entries=list(entries)))


async def _write(
    session: Session,
    before: Mapping[TimeKey, TimeRecord],
    after: Mapping[TimeKey, TimeRecord],
    command: CommandRecord | None,
    *,
    now: datetime,
) -> None:
    """Write every version that changed, the oldest first: it leaves a state to the next one."""
    for key, record in after.items():
        known = {each.version: each for each in before[key].versions}
        for version in record.versions:
            old = known.get(version.version)
            if version == old:
                continue
            note = _note(key, old, version, command, now=now)
            await session.run(_SET if old else _ADD, **new(_row(key, version)), **note.values())


def _note(
    key: TimeKey,
    old: TimeVersion | None,
    version: TimeVersion,
    command: CommandRecord | None,
    *,
    now: datetime,
) -> Note:
    return Note(
        at=now,
        deal=key.deal,
        entity="time",
        key=f"{key.system} {key.entry} v{version.version}",
        from_state=old.state if old else "",
        to_state=version.state,
        what=changes(old, version, elsewhere={"state": True}),
        actor=command.actor if command else CASHWARD,
        command=command.command if command else None,
    )


def _row(key: TimeKey, version: TimeVersion) -> dict[str, object]:
    approved = version.approved
    profile = approved.profile if approved else None
    return {
        **key.model_dump(),
        **{name: getattr(version, name) for name in _AS_THEY_ARE},
        "state": version.state.value,
        **{name: profile and getattr(profile, name) for name in JobProfile.model_fields},
        "rounding_method": approved and approved.rounding.method.value,
        "rounding_unit": approved and approved.rounding.unit,
        "billed_minutes": approved.minutes if approved else None,
        "price": approved and approved.price.amount,
        "net": approved and approved.net.amount,
        "currency": approved and approved.net.currency,
        "approved_at": approved and approved.approved_at,
    }


def _records(rows: Iterable[Row]) -> dict[TimeKey, TimeRecord]:
    """Put the versions together, which are in the order of their keys."""
    by_key = groupby(rows, _key)
    return {key: TimeRecord(key=key, versions=tuple(map(_version, of))) for key, of in by_key}


def _key(row: Row) -> TimeKey:
    return TimeKey(**{name: row[name] for name in TimeKey.model_fields})


def _version(row: Row) -> TimeVersion:
    return TimeVersion(
        state=TimeState(row["state"]),
        approved=_approved(row),
        **{name: row[name] for name in _AS_THEY_ARE},
    )


def _approved(row: Row) -> ApprovedTime | None:
    if row["approved_at"] is None:
        return None
    return ApprovedTime(
        profile=JobProfile(**{name: row[name] for name in JobProfile.model_fields}),
        rounding=TimeRounding(
            method=RoundingMethod(row["rounding_method"]), unit=row["rounding_unit"]
        ),
        minutes=row["billed_minutes"],
        price=money_of(row, "price"),
        net=money_of(row, "net"),
        approved_at=row["approved_at"],
    )
