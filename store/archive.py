"""Moves what is old and settled into the schema `archive`, where nothing looks for it any more.

A month of the audit trail is detached whole. Effects move by the month in which their deal ended:
their keys must be unique in one table, which a partition by month could not promise.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final, TypeVar

import psycopg
from psycopg import Connection, errors, sql
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb

from domain.actor import Actor
from domain.effect import EffectState
from domain.refusal import Refusal
from store.database import SILENCE, StoreUnavailable, plain_url

R = TypeVar("R")

_OPTIONS: Final = "-c timezone=UTC -c lock_timeout=1s"
_TRIES: Final = 60
_AT_ONCE: Final = 500
"""Deals whose effects move in one transaction."""
_UNSETTLED: Final = [
    state.value
    for state in EffectState
    if state not in {EffectState.CONFIRMED, EffectState.DONE, EffectState.REVERSED}
]
_MONTHS: Final = """
select to_date(right(relname, 7), 'YYYY_MM') as month from pg_inherits
join pg_class on oid = inhrelid
where inhparent = 'audit_trail'::regclass and relname ~ '_[0-9]{4}_[0-9]{2}$' order by month
"""
_UNSEALED: Final = """
select count(*) from {part} where id >
    (select coalesce(max(through), 0) from audit_seals where month = %s)
"""
_ENDED: Final = """
select distinct date_trunc('month', ended_at)::date from contracts
where ended_at < %s and archived_at is null order by 1
"""
_MOVE: Final = """
with chosen as (
    select deal from contracts
    where ended_at >= %(month)s and ended_at < %(month)s + interval '1 month'
        and ended_at < %(before)s and archived_at is null
        and not exists (
            select from effects where effects.deal = contracts.deal
                and (state = any (%(unsettled)s) or changed_at >= %(before)s))
    order by deal limit %(most)s for update skip locked
), moved as (
    delete from effects using chosen where effects.deal = chosen.deal returning effects.*
), kept as (
    insert into {table} ({columns}) select {columns} from moved returning 1
), marked as (
    update contracts set archived_at = now(), version = version + 1
    from chosen where contracts.deal = chosen.deal returning 1
)
select (select count(*) from marked), (select count(*) from kept)
"""
_COLUMNS: Final = """
select quote_ident(attname), format_type(atttypid, atttypmod)
    || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
where attrelid = 'effects'::regclass and attnum > 0 and not attisdropped order by attnum
"""
_NOTE: Final = """
insert into audit_trail (at, deal, entity, key, what, actor, actor_name, verified_by)
values (now(), '', 'archive', '', %s, %s, %s, %s)
"""


@dataclass(frozen=True)
class Archived:
    """What was moved: months of the audit trail, deals, and their effects."""

    months: tuple[date, ...]
    deals: int
    effects: int


def archive(url: str, before: date, *, by: Actor) -> Archived:
    """Archive what ended before this day. Needs the owner of the tables; repeating it goes on.

    Raises Refusal if a month has entries without a seal, and StoreUnavailable.
    """
    try:
        with psycopg.connect(
            make_conninfo(plain_url(url), **SILENCE), autocommit=True, options=_OPTIONS
        ) as connection:
            connection.execute("create schema if not exists archive")
            months = [month for (month,) in connection.execute(_MONTHS) if _next(month) <= before]
            for month in months:
                _patiently(partial(_detach, connection, month))
            deals, effects = _move_effects(connection, before)
            done = Archived(tuple(months), deals, effects)
            _note(connection, before, done, by)
            _pack(connection)
    except errors.InsufficientPrivilege as refused:
        raise Refusal(
            f"only the owner of the tables may archive: {refused.diag.message_primary}"
        ) from refused
    except psycopg.OperationalError as gone:
        raise StoreUnavailable(str(gone).partition("\n")[0]) from gone
    return done


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _detach(connection: Connection, month: date) -> None:
    part = sql.Identifier(f"audit_trail_{month:%Y_%m}")
    [[unsealed]] = connection.execute(sql.SQL(_UNSEALED).format(part=part), [month]).fetchall()
    if unsealed:
        raise Refusal(
            f"{unsealed} entries of {month:%Y-%m} have no seal yet: a worker seals them within"
            " twenty minutes, then archive again"
        )
    with connection.transaction():
        connection.execute(sql.SQL("alter table audit_trail detach partition {}").format(part))
        connection.execute(sql.SQL("alter table {} set schema archive").format(part))
        connection.execute("update audit_seals set detached_at = now() where month = %s", [month])


def _move_effects(connection: Connection, before: date) -> tuple[int, int]:
    deals, effects = 0, 0
    for (month,) in connection.execute(_ENDED, [before]).fetchall():
        move = _move_into(connection, f"archive.effects_{month:%Y_%m}")
        given = {"month": month, "before": before, "unsettled": _UNSETTLED, "most": _AT_ONCE}
        while True:
            [[moved, rows]] = connection.execute(move, given).fetchall()
            if not moved:
                break
            deals, effects = deals + moved, effects + rows
    return deals, effects


def _move_into(connection: Connection, table: str) -> bytes:
    """Make the month's table, or add the columns that effects have since then.

    Return the statement that moves some effects. A column that effects lost is left empty.
    """
    columns = connection.execute(_COLUMNS).fetchall()
    make = "create table if not exists {} as select * from effects with no data"
    connection.execute(sql.SQL(make).format(sql.Identifier(*table.split("."))))
    for name, definition in columns:
        add = f"alter table {table} add column if not exists {name} {definition}"
        connection.execute(add.encode())
    names = ", ".join(name for name, _ in columns)
    return _MOVE.format(table=table, columns=names).encode()


def _note(connection: Connection, before: date, done: Archived, by: Actor) -> None:
    what = {
        "before": f"{before}",
        "months": [f"{month:%Y-%m}" for month in done.months],
        "deals": done.deals,
        "effects": done.effects,
    }
    connection.execute(_NOTE, [Jsonb(what), by.subject, by.display_name, by.verified_by.value])


def _pack(connection: Connection) -> None:
    """Build the indexes anew beside the old ones: their pages stay half empty as they grow."""
    connection.execute("set lock_timeout = 0")
    for table in ("effects", "links", "bills", "claims", "documents"):
        connection.execute(sql.SQL("reindex table concurrently {}").format(sql.Identifier(table)))


def _patiently(act: Callable[[], R]) -> R:
    """Try again while somebody uses the table, so that nobody queues behind us for long."""
    for _ in range(_TRIES):
        try:
            return act()
        except errors.LockNotAvailable:
            time.sleep(1)
    return act()
