"""A running BottleCRM: its web server, and the worker for what requests defer."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from testbed.stack.program import Program
from testbed.stack.supervisor import Supervisor
from testbed.systems.bottlecrm.databases import IN_USE, SEEDED, Databases, open_databases
from testbed.systems.bottlecrm.programs import answers, environment, listens, own, redis
from testbed.systems.common.system import Place

NAME = "bottlecrm"
_START_TIMEOUT = 120.0


@dataclass
class BottleCrmSite:
    """The running site. `people` holds the tokens and ids that set-up made."""

    supervisor: Supervisor
    home: Path
    ports: Mapping[str, int]
    databases: Databases
    people: dict[str, str]
    _programs: list[Program] = field(default_factory=list)

    @property
    def place(self) -> Place:
        url = f"http://127.0.0.1:{self.ports['site']}"
        credentials = {
            name: value for name, value in self.people.items() if name != "cashward_token"
        }
        return Place(
            name=NAME,
            url=url,
            database=self.databases.url(IN_USE),
            connector={"URL": url, "ACCESS_TOKEN": self.people["cashward_token"]},
            credentials=credentials,
        )

    @property
    def programs(self) -> Sequence[Program]:
        return *self._programs, self.databases.server.program

    async def up(self) -> None:
        """Start the queue first, for which the site would wait long, and the worker last."""
        self._programs = self._crewed()
        for program in self._programs:
            await program.up(_START_TIMEOUT)

    async def restart(self) -> None:
        for program in reversed(self._programs):
            await program.kill()
        await self.databases.server.program.kill()
        self.databases = await open_databases(self.supervisor, self.ports["postgres"])
        await self.up()

    async def reset(self, to: str = SEEDED) -> None:
        """Reset the data to what set-up made, or to what was kept under the name `to`."""
        await self.databases.drop(IN_USE)
        await self.databases.create(IN_USE, template=to)

    async def keep(self, name: str) -> None:
        """Keep a copy of the data under this name, while the site is down."""
        await self.databases.create(name, template=IN_USE)

    @property
    def redis(self) -> Program:
        """Return the queue between site and worker, which tests may kill."""
        return self._programs[0]

    def _crewed(self) -> list[Program]:
        room = self.supervisor.state.room("bottlecrm")
        settings = environment(self.home, room, self.ports, self.databases, self.supervisor)
        answer = ("crm.wsgi", f"--bind=127.0.0.1:{self.ports['site']}", "--no-control-socket")
        serve = (*answer, "--preload", "--workers=2", "--threads=4", "--worker-tmp-dir=/tmp")
        quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        work = ("-A", "crm", "worker", "-B", "-c", "1", "-l", "WARNING", *quiet, "-s", "beat")
        site = f"http://127.0.0.1:{self.ports['site']}/healthz/"
        return [
            self._program("redis", redis(self.ports["redis"], room), listens(self.ports["redis"])),
            self._program("site", own(self.home, "gunicorn", *serve), answers(site), settings),
            self._program("worker", own(self.home, "celery", *work), None, settings),
        ]

    def _program(
        self,
        name: str,
        argv: list[str],
        ready: Callable[[], Awaitable[bool]] | None,
        settings: Mapping[str, str] | None = None,
    ) -> Program:
        program = Program(
            supervisor=self.supervisor,
            name=f"bottlecrm-{name}",
            argv=argv,
            settings=settings or {},
            folder=self.supervisor.state.room("bottlecrm"),
        )
        program.ready = ready or program.ready
        return program
