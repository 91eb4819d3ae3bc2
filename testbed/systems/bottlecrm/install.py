"""BottleCRM installed once: a Python environment of its own, and a dump of its seeded database."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from testbed.stack.crew import Crew
from testbed.stack.program import Program
from testbed.stack.state import State
from testbed.systems.bottlecrm.books import IN_USE, SEEDED, open_books
from testbed.systems.bottlecrm.interpreter import find_python
from testbed.systems.bottlecrm.programs import environment
from testbed.systems.bottlecrm.site import NAME, Site
from testbed.systems.common.debian import ensure
from testbed.systems.common.system import Running

VERSION = "1.35.0"
_SEEDS = 1  # another number where the seeds have changed
_HERE = Path(__file__).parent
_SEED = "import django, runpy, sys; django.setup(); runpy.run_path(sys.argv[1])"


class Bottlecrm:
    """Half a gigabyte; migrating it takes minutes, restoring its dump a second."""

    name = NAME
    release = f"{VERSION}-{_SEEDS}"
    packages: Sequence[str] = ("redis-server",)

    async def equip(self, crew: Crew) -> None:
        await ensure(self.packages, crew)
        find_python()

    async def install(self, crew: Crew, cache: Path) -> None:
        await _environment(crew, cache)
        async with Crew(State.at(crew.state.folder / "install")) as builders:
            await _snapshot(builders, cache)

    async def start(self, crew: Crew, cache: Path) -> Running:
        ports = crew.state.ports("postgres", "redis", "site")
        books = await open_books(crew, ports["postgres"])
        people = crew.state.room("bottlecrm") / "people.json"
        if not await books.has(SEEDED):
            shutil.copy(cache / people.name, people)
            await books.load(crew, SEEDED, cache / "seeded.sql")
        if not await books.has(IN_USE):
            await books.create(IN_USE, template=SEEDED)
        site = Site(crew, cache, ports, books, json.loads(people.read_text()))
        await site.up()
        return site


async def _environment(crew: Crew, cache: Path) -> None:
    """Its own Python, with the very versions that were seen to work together."""
    make = [str(find_python()), "-I", "-m", "venv", str(cache / "venv")]
    pip = [str(cache / "venv/bin/python"), "-m", "pip", "install", "--disable-pip-version-check"]
    await Program(crew=crew, name="bottlecrm-venv", argv=make).run()
    fill = [*pip, "--requirement", str(_HERE / "pins.txt")]
    await Program(crew=crew, name="bottlecrm-pip", argv=fill).run()


async def _snapshot(crew: Crew, cache: Path) -> None:
    ports = crew.state.ports("postgres", "redis", "site")
    books = await open_books(crew, ports["postgres"])
    await books.drop(IN_USE)
    await books.create(IN_USE)
    room = crew.state.room("bottlecrm")
    settings = environment(cache, room, ports, books, crew)
    settings["PEOPLE"] = str(cache / "people.json")
    python = str(cache / "venv/bin/python")
    for name, argv in {
        "migrate": ["-m", "django", "migrate", "--verbosity=0"],
        "seed": ["-c", _SEED, str(_HERE / "seed.py")],
    }.items():
        await Program(
            crew=crew,
            name=f"bottlecrm-{name}",
            argv=[python, *argv],
            settings=settings,
            folder=room,
        ).run()
    await books.dump(crew, IN_USE, cache / "seeded.sql")
