"""Redmine 5.0 from Debian's package: projects, versions, issues, wiki and time over REST."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from testbed.stack.program import Program
from testbed.stack.supervisor import Supervisor
from testbed.systems.common.debian import ensure
from testbed.systems.common.exchange import Request
from testbed.systems.common.system import Place
from testbed.systems.redmine.database import LIVE, SEEDED, Databases, databases
from testbed.systems.redmine.rails import LOCK, SEED, at_home

_START_TIMEOUT = 90.0
_DUMP = "seeded.dump"
_DRAFT = "redmine_draft"
_PEOPLE = ("cashward", "delivery", "lead", "consultant", "developer", "designer")
# Debian's own database is not wanted, and of two bundlers its set-up takes the wrong one.
_ANSWERS = """\
Name: redmine/instances/default/dbconfig-install
Template: redmine/instances/default/dbconfig-install
Value: false
Owners: redmine
Flags: seen
"""
_BUNDLER = {"BUNDLER_VERSION": "2.3.15"}


def changes(request: Request) -> bool:
    """Whether a request changes something: Redmine's reads are all GETs."""
    return request.method not in {"GET", "HEAD"}


@dataclass
class RunningRedmine:
    """Puma and PostgreSQL of one supervisor."""

    place: Place
    web: Program
    store: Databases

    @property
    def programs(self) -> Sequence[Program]:
        return self.web, self.store.server.program

    async def restart(self) -> None:
        await self.web.kill()
        await self.store.server.program.kill()
        self.store = await databases(self.store.supervisor, self.store.port)
        await self.web.up(within=_START_TIMEOUT)

    async def reset(self) -> None:
        await self.store.copy(LIVE, SEEDED)


@dataclass(frozen=True)
class Redmine:
    """Runs as PostgreSQL's account where we are root, out of the supervisor's folder."""

    name: str = "redmine"
    release: str = "5.0.4-1"
    packages: Sequence[str] = ("redmine", "redmine-pgsql", "puma")

    async def equip(self, supervisor: Supervisor) -> None:
        answers = supervisor.state.room("debian") / "answers"
        answers.write_text(_ANSWERS, encoding="utf-8")
        await ensure(
            self.packages, supervisor, {**_BUNDLER, "DEBCONF_DB_OVERRIDE": f"File{{{answers}}}"}
        )

    async def install(self, supervisor: Supervisor, cache: Path) -> None:
        store = await databases(supervisor, supervisor.state.ports("postgres")["postgres"])
        await store.copy(_DRAFT)
        rails = at_home(supervisor, store.at(_DRAFT), None)
        await rails.run("redmine-bundle", "bundle", "install", "--local", "--quiet")
        await rails.run("redmine-migrate", "bundle", "exec", "rake", "db:migrate")
        seeding = ("bundle", "exec", "rails", "runner", rails.home / SEED.name)
        await rails.run("redmine-seed", *seeding)
        await store.dump(_DRAFT, cache / _DUMP)
        (cache / LOCK).write_bytes((rails.home / LOCK).read_bytes())
        await store.server.program.kill()

    async def start(self, supervisor: Supervisor, cache: Path) -> RunningRedmine:
        ports = supervisor.state.ports("postgres", "redmine")
        store = await databases(supervisor, ports["postgres"])
        if not await store.has(SEEDED):
            await store.copy(_DRAFT)
            await store.restore(_DRAFT, cache / _DUMP)
            await store.rename(_DRAFT, SEEDED)
        keys = {login: _key(supervisor.state.secret(f"redmine-{login}")) for login in _PEOPLE}
        ids = await store.give_keys(SEEDED, keys)
        if not await store.has(LIVE):
            await store.copy(LIVE, SEEDED)
        url, mine = f"http://127.0.0.1:{ports['redmine']}", keys["cashward"]
        web = at_home(supervisor, store.at(LIVE), cache / LOCK).serving(ports["redmine"])
        web.ready = lambda: _answers(url, mine)
        await web.up(within=_START_TIMEOUT)
        place = Place(
            name=self.name,
            url=url,
            database=f"postgresql://{store.at(LIVE)}",
            connector={"URL": url, "APP_URL": url, "KEY": mine},
            credentials={f"{login}_key": key for login, key in keys.items()} | ids,
        )
        return RunningRedmine(place, web, store)


def _key(secret: str) -> str:
    """Return an API key of Redmine: at most forty letters and digits."""
    return hashlib.sha256(secret.encode()).hexdigest()[:40]


async def _answers(url: str, key: str) -> bool:
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            headers = {"X-Redmine-API-Key": key}
            answer = await client.get(f"{url}/users/current.json", headers=headers)
    except httpx.TransportError:
        return False
    return answer.status_code == 200


system = Redmine()
