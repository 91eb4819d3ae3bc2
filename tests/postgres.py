"""One PostgreSQL for all tests, and a migrated database of its own for each module that asks."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg import Connection
from sqlalchemy import URL, make_url

from store import migrate
from store.database import plain_url
from testbed.stack.postgres import Database, start_postgres
from testbed.stack.state import State
from testbed.stack.supervisor import Supervisor

_numbers = count(1)


@asynccontextmanager
async def private_postgres() -> AsyncIterator[Database]:
    """A server for one test, removed with its data at the end."""
    # pytest's own tmp_path is closed to the account that the server runs as
    top = Path(tempfile.mkdtemp(prefix="cashward-test-"))
    top.chmod(0o711)
    try:
        async with postgres_in(top / "state") as server:
            yield server
    finally:
        shutil.rmtree(top)


@asynccontextmanager
async def postgres_in(folder: Path) -> AsyncIterator[Database]:
    """A server whose data stays in this folder."""
    async with Supervisor(State.at(folder)) as supervisor:
        yield await start_postgres(supervisor, supervisor.state.ports("postgres")["postgres"])


@pytest.fixture(scope="session")
async def postgres() -> AsyncIterator[URL]:
    """The URL of a migrated database that is only a template; each module gets a copy of it."""
    async with private_postgres() as server:
        migrate(server.url)
        yield make_url(server.url)


@pytest.fixture(scope="module")
def database_url(postgres: URL) -> Iterator[str]:
    """A fresh, migrated database."""
    with fresh_database(postgres) as url:
        yield url


@contextmanager
def fresh_database(postgres: URL, *, migrated: bool = True) -> Iterator[str]:
    """A database of a new name, dropped at the end whoever is still connected."""
    name = f"test_{next(_numbers)}"
    template = postgres.database if migrated else "template0"
    _admin(postgres, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield postgres.set(database=name).render_as_string(hide_password=False)
    finally:
        _admin(postgres, f"DROP DATABASE {name} WITH (FORCE)")


def _admin(postgres: URL, command: str) -> None:
    address = postgres.set(drivername="postgresql", database="postgres")
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as admin:
        admin.execute(command.encode())


@dataclass(frozen=True)
class LockedAudit:
    """The audit trail while it is locked: a writer stops right before its entry."""

    admin: "Connection[tuple[int]]"

    def has_waiting_writer(self) -> bool:
        return bool(self._waiting("select pid"))

    def kill_waiting_writers(self) -> bool:
        """End the connections of the waiting writers; return False if there is none."""
        return bool(self._waiting("select pg_terminate_backend(pid)"))

    def _waiting(self, what: LiteralString) -> list[tuple[int]]:
        return self.admin.execute(
            f"{what} from pg_stat_activity"
            " where datname = current_database() and wait_event_type = 'Lock'"
        ).fetchall()


@contextmanager
def audit_locked(url: str) -> Iterator[LockedAudit]:
    """Keep everybody from writing to the audit trail."""
    with (
        psycopg.connect(plain_url(url)) as holder,
        psycopg.connect(plain_url(url), autocommit=True) as admin,
    ):
        holder.execute("lock table audit_trail in exclusive mode")
        yield LockedAudit(admin)
