"""How far each poll has read, in PostgreSQL."""

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from store.audit import fields, new
from store.database import Database, Query
from store.tables import cursors

_READ: Final = Query(select(cursors.c.reached).where(cursors.c.poll == bindparam("poll")))
_put = insert(cursors).values(fields(cursors))
_ADVANCE: Final = Query(
    _put.on_conflict_do_update(
        index_elements=[cursors.c.poll],
        set_={"reached": func.greatest(cursors.c.reached, _put.excluded.reached)},
    )
)


class PgCursors:
    """Fills ports.cursors.Cursors."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, poll: str) -> datetime | None:
        async with self._database.session() as session:
            row = await session.one(_READ, poll=poll)
        return row["reached"] if row else None

    async def advance(self, poll: str, to: datetime) -> None:
        async with self._database.session() as session:
            await session.run(_ADVANCE, **new({"poll": poll, "reached": to}))
