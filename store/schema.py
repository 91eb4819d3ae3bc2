"""Brings a database to the current schema, and says whether it is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg.errors import InsufficientPrivilege, LockNotAvailable, UndefinedTable
from sqlalchemy import (
    Connection,
    Integer,
    column,
    create_engine,
    exc,
    func,
    make_url,
    select,
    table,
    text,
)
from sqlalchemy.pool import NullPool

from ports.failures import Misconfigured
from store import privileges
from store.database import SILENCE, Query, StoreUnavailable, session_without_pool

_MIGRATIONS = Path(__file__).parent / "migrations"
_OPTIONS = "-c timezone=UTC -c lock_timeout=1s"
_PAUSE = 2.0
_ADD_MONTHS = text(
    "select add_audit_month(month::date) from generate_series("
    "date_trunc('month', now() at time zone 'UTC'), now() + interval '12 months', '1 month'"
    ") as month"
)
_ROLE = Query(
    select(
        func.current_user().label("name"),
        func.pg_has_role(column("relowner", Integer), "MEMBER").label("owns"),
    )
    .select_from(table("pg_class", column("relowner"), column("oid")))
    .where(column("oid") == func.to_regclass("audit_trail"))
)
_NOT_THE_OWNER = "{} does not own the tables: run this as their owner (deploy/README.md)"
_REVISIONS = Query(select(column("version_num")).select_from(table("alembic_version")))


def migrate(url: str, *, patience: timedelta = timedelta(minutes=5)) -> None:
    """Upgrade to the present schema. Several may start at once: one does the work.

    A migration gives up a lock that it does not get within a second, so that no worker queues
    behind it for longer, and is tried again. Raises StoreUnavailable when `patience` is over.
    """
    until = monotonic() + patience.total_seconds()
    while True:
        try:
            return _upgrade(url)
        except LockedOut:
            if monotonic() > until:
                raise
            sleep(_PAUSE)


def _upgrade(url: str) -> None:
    with connected(url) as connection:
        command.upgrade(alembic_config(connection), "head")
        connection.execute(_ADD_MONTHS)
        privileges.grant(connection)
        connection.commit()


class LockedOut(StoreUnavailable):
    """Somebody reads or writes a table for long, and a migration must not stop who comes after."""

    def __init__(self) -> None:
        super().__init__(
            "a migration waits for a long transaction: end it (pg_stat_activity shows which),"
            " and run `cashward migrate` again"
        )


async def schema_is_current(url: str) -> bool:
    """Whether the database is at the newest revision."""
    newest = ScriptDirectory(str(_MIGRATIONS)).get_heads()
    async with session_without_pool(url) as session:
        try:
            rows = await session.all(_REVISIONS)
        except UndefinedTable:
            return False
    return {row["version_num"] for row in rows} == set(newest)


async def owner_of_tables(url: str) -> tuple[str, bool]:
    """Return the role that this URL connects as, and whether it owns the tables."""
    async with session_without_pool(url) as session:
        row = await session.one(_ROLE)
    return (row["name"], row["owns"]) if row else ("", False)


def alembic_config(connection: Connection) -> Config:
    """Return what alembic's commands need to work on this connection."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """Connect to this database, for work on its schema; what is not committed is undone."""
    address = make_url(url).set(drivername="postgresql+psycopg")
    dialled = {"connect_timeout": 5, "options": _OPTIONS, **SILENCE}
    engine = create_engine(address, poolclass=NullPool, connect_args=dialled)
    try:
        with engine.connect() as connection:
            yield connection
    except exc.OperationalError as gone:
        if isinstance(gone.orig, LockNotAvailable):
            raise LockedOut from gone
        raise StoreUnavailable(str(gone.orig).partition("\n")[0]) from gone
    except exc.ProgrammingError as refused:
        if isinstance(refused.orig, InsufficientPrivilege):
            raise Misconfigured("postgres", _NOT_THE_OWNER.format(address.username)) from refused
        raise
    finally:
        engine.dispose()
