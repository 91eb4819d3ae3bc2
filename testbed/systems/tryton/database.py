"""Tryton's database, with a copy of the seeded data beside the data in use.

It is PostgreSQL, since on SQLite Tryton locks nothing: of eight invoices posted at once, three
got the same number.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from testbed.stack.errors import Missing
from testbed.stack.postgres import Database, start_postgres
from testbed.stack.program import Program
from testbed.stack.supervisor import Supervisor

IN_USE = "tryton"
_ROOM = Path(__file__).parent


@dataclass(frozen=True)
class Databases:
    """One database in a PostgreSQL for Tryton alone."""

    server: Database

    def url(self, database: str = IN_USE) -> str:
        return f"postgresql://{self.server.address}/{database}"

    async def are_there(self) -> bool:
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        async with self._connected("postgres") as connection:
            return await (await connection.execute(query, (IN_USE,))).fetchone() is not None

    async def begin(self, name: str = IN_USE) -> None:
        """Make an empty database."""
        database = sql.Identifier(name)
        async with self._connected("postgres") as connection:
            await connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(database))
            await connection.execute(sql.SQL("CREATE DATABASE {}").format(database))

    async def dump(self, supervisor: Supervisor, to: Path) -> None:
        await self._run(supervisor, "pg_dump", "--no-owner", "--file", str(to), self.url())

    async def load(self, supervisor: Supervisor, snapshot: Path) -> None:
        """Make the whole database from a dump, or nothing, with a copy for resets."""
        draft = f"{IN_USE}_draft"
        await self.begin(draft)
        quiet = ("--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--single-transaction")
        files = ("--file", str(snapshot), "--file", str(_ROOM / "keep.sql"))
        await self._run(supervisor, "psql", *quiet, *files, self.url(draft))
        names = [sql.Identifier(name) for name in (draft, IN_USE)]
        async with self._connected("postgres") as connection:
            await connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*names))

    async def reset(self) -> None:
        async with self._connected(IN_USE) as connection:
            await connection.execute((_ROOM / "reset.sql").read_bytes())

    async def _run(self, supervisor: Supervisor, name: str, *options: str) -> None:
        program = Path(self.server.program.argv[0]).parent / name
        if not program.exists():
            raise Missing(f"{program} is missing: install PostgreSQL's client (postgresql-client)")
        await Program(
            supervisor=supervisor, name=f"tryton-{name}", argv=[str(program), *options]
        ).run()

    @asynccontextmanager
    async def _connected(self, database: str) -> AsyncIterator[psycopg.AsyncConnection]:
        async with await psycopg.AsyncConnection.connect(
            self.url(database), autocommit=True
        ) as connection:
            yield connection


async def open_databases(supervisor: Supervisor, port: int) -> Databases:
    return Databases(await start_postgres(supervisor, port))
