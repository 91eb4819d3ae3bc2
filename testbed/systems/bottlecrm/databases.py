"""BottleCRM's databases: one in use, and the seeded one that it is made from."""

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

ROLE = "bottlecrm"
IN_USE = "bottlecrm"
SEEDED = "bottlecrm_seeded"


@dataclass(frozen=True)
class Databases:
    """PostgreSQL with BottleCRM's role, which is no superuser, so that row security is on."""

    server: Database
    port: int
    password: str

    @property
    def programs(self) -> Path:
        """The folder of PostgreSQL's programs."""
        return Path(self.server.program.argv[0]).parent

    def url(self, database: str) -> str:
        """Return a database's URL for its owner, who sees every row."""
        return f"postgresql://{self.server.address}/{database}"

    async def has(self, database: str) -> bool:
        async with self._superuser() as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            return await (await connection.execute(query, (database,))).fetchone() is not None

    async def create(self, database: str, *, template: str = "template0") -> None:
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
        names = [sql.Identifier(name) for name in (database, ROLE, template)]
        async with self._superuser() as connection:
            await connection.execute(statement.format(*names))

    async def drop(self, database: str) -> None:
        """Drop a database, and disconnect whoever uses it."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        async with self._superuser() as connection:
            await connection.execute(statement.format(sql.Identifier(database)))

    async def dump(self, supervisor: Supervisor, database: str, to: Path) -> None:
        await self._run(supervisor, "pg_dump", "--file", str(to), self.url(database))

    async def load(self, supervisor: Supervisor, database: str, snapshot: Path) -> None:
        """Make a whole database from a dump, or nothing."""
        draft = f"{database}_draft"
        await self.drop(draft)
        await self.create(draft)
        quiet = ("--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--single-transaction")
        await self._run(supervisor, "psql", *quiet, "--file", str(snapshot), self.url(draft))
        statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        names = [sql.Identifier(name) for name in (draft, database)]
        async with self._superuser() as connection:
            await connection.execute(statement.format(*names))

    async def allow_role(self) -> None:
        """Give the site its role, with the password of this run."""
        async with self._superuser() as connection:
            query = "SELECT 1 FROM pg_roles WHERE rolname = %s"
            known = await (await connection.execute(query, (ROLE,))).fetchone()
            what = "ALTER ROLE {} PASSWORD {}" if known else "CREATE ROLE {} LOGIN PASSWORD {}"
            names = (sql.Identifier(ROLE), sql.Literal(self.password))
            await connection.execute(sql.SQL(what).format(*names))

    async def _run(self, supervisor: Supervisor, name: str, *options: str) -> None:
        program = self.programs / name
        if not program.exists():
            raise Missing(f"{program} is missing: install PostgreSQL's client (postgresql-client)")
        await Program(supervisor=supervisor, name=name, argv=[str(program), *options]).run()

    @asynccontextmanager
    async def _superuser(self) -> AsyncIterator[psycopg.AsyncConnection]:
        async with await psycopg.AsyncConnection.connect(
            self.url("postgres"), autocommit=True
        ) as connection:
            yield connection


async def open_databases(supervisor: Supervisor, port: int) -> Databases:
    """Start PostgreSQL with the site's role."""
    server = await start_postgres(supervisor, port)
    databases = Databases(server, port, supervisor.state.secret("bottlecrm-database"))
    await databases.allow_role()
    return databases
