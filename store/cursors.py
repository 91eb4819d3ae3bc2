"""The position of each poll and the time of its last success, in PostgreSQL."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from store.audit import fields, new
from store.database import Database, Query
from store.tables import cursors

_READ: Final = Query(select(cursors.c.read_until).where(cursors.c.poll == bindparam("poll")))
_put = insert(cursors).values(fields(cursors, "polled_at"))
_ADVANCE: Final = Query(
    _put.on_conflict_do_update(
        index_elements=[cursors.c.poll],
        set_={"read_until": func.greatest(cursors.c.read_until, _put.excluded.read_until)},
    )
)
_record = insert(cursors).values(fields(cursors, "read_until"))
_RECORD: Final = Query(
    _record.on_conflict_do_update(
        index_elements=[cursors.c.poll], set_={"polled_at": _record.excluded.polled_at}
    )
)
_LAST_POLLS: Final = Query(select(cursors).where(cursors.c.polled_at.is_not(None)))


class PgCursors:
    """Fills ports.cursors.Cursors."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, poll: str) -> datetime | None:
        async with self._database.session() as session:
            row = await session.one(_READ, poll=poll)
        return row["read_until"] if row else None

    async def advance(self, poll: str, to: datetime) -> None:
        async with self._database.session() as session:
            await session.run(_ADVANCE, **new({"poll": poll, "read_until": to}))

    async def record_poll(self, poll: str, *, at: datetime) -> None:
        async with self._database.session() as session:
            await session.run(_RECORD, **new({"poll": poll, "polled_at": at}))

    async def last_polls(self) -> Mapping[str, datetime]:
        async with self._database.session() as session:
            return {row["poll"]: row["polled_at"] for row in await session.all(_LAST_POLLS)}
