"""Tryton's server and its settings."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from testbed.stack.program import Program
from testbed.stack.supervisor import Supervisor
from testbed.systems.common.system import Place
from testbed.systems.tryton.database import IN_USE, Databases, open_databases

_PEOPLE = ("bank", "accountant", "nobody")
# Two postings at once fight for the same sequence: the one that loses tries again, this often.
_RETRIES = 30


@dataclass(frozen=True)
class Installation:
    """The programs of Tryton, in the cache, and a folder of their configuration."""

    cache: Path
    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "trytond.conf"

    @property
    def settings(self) -> dict[str, str]:
        # Our own packages must not be found before Tryton's.
        return {"PYTHONPATH": "", "TRYTONPASSFILE": str(self.folder / "password")}

    def settle(self, url: str) -> None:
        (self.folder / "password").write_text("admin-password-1")
        database = ["[database]", f"uri = {url}", f"retry = {_RETRIES}", "list = True"]
        session = ["[session]", "authentications = password", ""]
        self.config.touch(mode=0o600)
        self.config.write_text("\n".join([*database, *session]))

    def program(self, name: str) -> list[str]:
        return [str(self.cache / "venv/bin" / name), "-c", str(self.config), "-d", IN_USE]


@dataclass
class Server:
    """Tryton and its PostgreSQL."""

    supervisor: Supervisor
    installation: Installation
    ports: Mapping[str, int]
    databases: Databases
    program: Program = field(init=False)

    def __post_init__(self) -> None:
        listen = {"TRYTOND_WEB__LISTEN": f"127.0.0.1:{self.ports['tryton']}"}
        self.program = Program(
            supervisor=self.supervisor,
            name="tryton",
            argv=self.installation.program("trytond"),
            settings={**self.installation.settings, **listen},
            ready=self._answers,
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['tryton']}"

    @property
    def place(self) -> Place:
        ours = {"USER": "cashward", "PASSWORD": "cashward-password-1", "DATABASE": IN_USE}
        credentials = {name: f"{name}-password-1" for name in _PEOPLE}
        return Place(
            name="tryton",
            url=self.url,
            database=self.databases.url(),
            connector={"URL": self.url, **ours},
            credentials={"database": IN_USE, **credentials},
        )

    @property
    def programs(self) -> Sequence[Program]:
        return self.program, self.databases.server.program

    async def up(self) -> None:
        await self.program.up()

    async def restart(self) -> None:
        await self.program.kill()
        await self.databases.server.program.kill()
        self.databases = await open_databases(self.supervisor, self.ports["postgres"])
        await self.up()

    async def reset(self) -> None:
        await self.databases.reset()

    async def _answers(self) -> bool:
        """Whether it has loaded the database: only then does it refuse a missing session."""
        body = {"id": 0, "method": "model.res.user.get_preferences", "params": [True, {}]}
        with suppress(httpx.HTTPError):
            async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
                answer = await http.post(f"{self.url}/{IN_USE}/rpc/", json=body)
                return answer.status_code == 401
        return False
