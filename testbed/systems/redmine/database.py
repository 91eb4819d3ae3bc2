"""Redmine's databases: the seeded one, and the one in use, which is its copy."""

from dataclasses import dataclass
from pathlib import Path

import psycopg

from testbed.stack.accounts import Account
from testbed.stack.binaries import find_postgres
from testbed.stack.data_directory import claim_data_directory
from testbed.stack.errors import Missing
from testbed.stack.postgres import Database, start_postgres
from testbed.stack.program import Program
from testbed.stack.supervisor import Supervisor

SEEDED, LIVE = "redmine_seeded", "redmine"


@dataclass(frozen=True)
class Databases:
    """The PostgreSQL of one supervisor."""

    supervisor: Supervisor
    port: int
    server: Database

    def at(self, name: str) -> str:
        """Return a database's part of a URL."""
        return f"{self.server.address}/{name}"

    async def has(self, name: str) -> bool:
        async with await self._connect("postgres") as connection:
            asked = "SELECT 1 FROM pg_database WHERE datname = %s"
            return await (await connection.execute(asked, (name,))).fetchone() is not None

    async def copy(self, name: str, template: str = "template0") -> None:
        """Make it a copy of the template, whatever it was and whoever uses it."""
        async with await self._connect("postgres") as connection:
            await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")

    async def rename(self, name: str, to: str) -> None:
        async with await self._connect("postgres") as connection:
            await connection.execute(f"ALTER DATABASE {name} RENAME TO {to}")

    async def give_keys(self, name: str, keys: dict[str, str]) -> dict[str, str]:
        """Give each login its key; return everybody's id by login."""
        change = (
            "UPDATE tokens SET value = %s FROM users"
            " WHERE users.id = user_id AND action = 'api' AND login = %s"
        )
        async with await self._connect(name) as connection:
            for login, key in keys.items():
                await connection.execute(change, (key, login))
            answer = await connection.execute("SELECT login, id FROM users")
            return {
                login: str(number) for login, number in await answer.fetchall() if login in keys
            }

    async def dump(self, name: str, file: Path) -> None:
        await self._tool("pg_dump", "--format=custom", "--no-owner", f"--file={file}", name)

    async def restore(self, name: str, file: Path) -> None:
        await self._tool("pg_restore", "--no-owner", f"--dbname={name}", str(file))

    async def _tool(self, name: str, *arguments: str) -> None:
        account, data_directory = (
            Account.for_database(),
            claim_data_directory(self.supervisor.state, Account.for_database()),
        )
        tool = (
            find_postgres(account, data_directory.folder, major=data_directory.major).folder / name
        )
        if not tool.exists():
            raise Missing(f"{name} was not found: install postgresql (apt-get install postgresql)")
        user, _, password = self.server.address.partition("@")[0].partition(":")
        there = ("--host=127.0.0.1", f"--port={self.port}", f"--username={user}")
        secret = {"PGPASSWORD": password}
        argv = [str(tool), *there, *arguments]
        await Program(supervisor=self.supervisor, name=name, argv=argv, settings=secret).run()

    async def _connect(self, name: str) -> psycopg.AsyncConnection[tuple[str, ...]]:
        url = f"postgresql://{self.at(name)}"
        return await psycopg.AsyncConnection.connect(url, autocommit=True)


async def databases(supervisor: Supervisor, port: int) -> Databases:
    return Databases(supervisor, port, await start_postgres(supervisor, port))
