"""Installs BottleCRM once: a Python environment, and a dump of its seeded database."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from testbed.stack.program import Program
from testbed.stack.state import State
from testbed.stack.supervisor import Supervisor
from testbed.systems.bottlecrm.databases import IN_USE, SEEDED, open_databases
from testbed.systems.bottlecrm.interpreter import find_python
from testbed.systems.bottlecrm.programs import environment
from testbed.systems.bottlecrm.site import NAME, BottleCrmSite
from testbed.systems.common.debian import ensure
from testbed.systems.common.system import Running

VERSION = "1.35.0"
_SEEDS = 1  # another number where the seeds have changed
_HERE = Path(__file__).parent
_LOCK = _HERE / "requirements.lock"
_SEED = "import django, runpy, sys; django.setup(); runpy.run_path(sys.argv[1])"


class Bottlecrm:
    """The product. It takes half a gigabyte; migrating takes minutes, a restore a second."""

    name = NAME
    release = f"{VERSION}-{_SEEDS}"
    packages: Sequence[str] = ("redis-server",)

    async def equip(self, supervisor: Supervisor) -> None:
        await ensure(self.packages, supervisor)
        find_python()

    async def install(self, supervisor: Supervisor, cache: Path) -> None:
        await _environment(supervisor, cache)
        async with Supervisor(State.at(supervisor.state.folder / "install")) as builders:
            await _snapshot(builders, cache)

    async def start(self, supervisor: Supervisor, cache: Path) -> Running:
        ports = supervisor.state.ports("postgres", "redis", "site")
        databases = await open_databases(supervisor, ports["postgres"])
        people = supervisor.state.room("bottlecrm") / "people.json"
        if not await databases.has(SEEDED):
            shutil.copy(cache / people.name, people)
            await databases.load(supervisor, SEEDED, cache / "seeded.sql")
        if not await databases.has(IN_USE):
            await databases.create(IN_USE, template=SEEDED)
        site = BottleCrmSite(supervisor, cache, ports, databases, json.loads(people.read_text()))
        await site.up()
        return site


async def _environment(supervisor: Supervisor, cache: Path) -> None:
    """Make its Python environment, with versions that are known to work together."""
    make = [str(find_python()), "-I", "-m", "venv", str(cache / "venv")]
    pip = [str(cache / "venv/bin/python"), "-m", "pip", "install", "--disable-pip-version-check"]
    await Program(supervisor=supervisor, name="bottlecrm-venv", argv=make).run()
    fill = [*pip, "--require-hashes", "--no-deps", "--requirement", str(_LOCK)]
    await Program(supervisor=supervisor, name="bottlecrm-pip", argv=fill).run()


async def _snapshot(supervisor: Supervisor, cache: Path) -> None:
    ports = supervisor.state.ports("postgres", "redis", "site")
    databases = await open_databases(supervisor, ports["postgres"])
    await databases.drop(IN_USE)
    await databases.create(IN_USE)
    room = supervisor.state.room("bottlecrm")
    settings = environment(cache, room, ports, databases, supervisor)
    settings["PEOPLE"] = str(cache / "people.json")
    python = str(cache / "venv/bin/python")
    for name, argv in {
        "migrate": ["-m", "django", "migrate", "--verbosity=0"],
        "seed": ["-c", _SEED, str(_HERE / "seed.py")],
    }.items():
        await Program(
            supervisor=supervisor,
            name=f"bottlecrm-{name}",
            argv=[python, *argv],
            settings=settings,
            folder=room,
        ).run()
    await databases.dump(supervisor, IN_USE, cache / "seeded.sql")
