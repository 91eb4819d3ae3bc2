"""The one installation that a database belongs to."""

from typing import Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from store.database import Database, Query
from store.tables import installation

_REGISTER: Final = Query(
    insert(installation)
    .values(name=bindparam("name"), registered_at=func.clock_timestamp())
    .on_conflict_do_nothing()
)
_READ: Final = Query(select(installation.c.name))


class ForeignDatabase(Exception):
    """The database belongs to another installation."""

    def __init__(self, owner: str, name: str) -> None:
        super().__init__(
            f"the database belongs to the installation {owner!r}, and CASHWARD_INSTALLATION is"
            f" {name!r}: set {owner!r}, or give {name!r} a database of its own"
        )


class PgInstallation:
    """The installation's entry in its database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def register(self, name: str) -> None:
        """Take the database at the first start. Raises ForeignDatabase if it is another's."""
        async with self._database.session() as session:
            await session.run(_REGISTER, name=name)
        await self.require(name)

    async def require(self, name: str) -> None:
        """Raise ForeignDatabase if the database is another's."""
        async with self._database.session() as session:
            row = await session.one(_READ)
        if row and row["name"] != name:
            raise ForeignDatabase(row["name"], name)
