"""Brings a database to the current schema, and says whether it is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg.errors import UndefinedTable
from sqlalchemy import Connection, column, create_engine, exc, make_url, select, table
from sqlalchemy.pool import NullPool

from store.database import SILENCE, Query, StoreUnavailable, session_without_pool

_MIGRATIONS = Path(__file__).parent / "migrations"
_REVISIONS = Query(select(column("version_num")).select_from(table("alembic_version")))


def migrate(url: str, revision: str = "head") -> None:
    """Upgrade to the revision, in one transaction. Several may start at once: one does the work."""
    with connected(url) as connection:
        command.upgrade(alembic_config(connection), revision)


async def schema_is_current(url: str) -> bool:
    """Whether the database is at the newest revision."""
    newest = ScriptDirectory(str(_MIGRATIONS)).get_heads()
    async with session_without_pool(url) as session:
        try:
            rows = await session.all(_REVISIONS)
        except UndefinedTable:
            return False
    return {row["version_num"] for row in rows} == set(newest)


def alembic_config(connection: Connection) -> Config:
    """Return what alembic's commands need to work on this connection."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """Open a transaction on this database, for work on its schema."""
    address = make_url(url).set(drivername="postgresql+psycopg")
    dialled = {"connect_timeout": 5, **SILENCE}
    engine = create_engine(address, poolclass=NullPool, connect_args=dialled)
    try:
        with engine.begin() as connection:
            yield connection
    except exc.OperationalError as gone:
        raise StoreUnavailable(str(gone.orig).partition("\n")[0]) from gone
    finally:
        engine.dispose()
