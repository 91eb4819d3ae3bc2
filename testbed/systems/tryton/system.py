"""Tryton installed from PyPI into the cache, with a dump of made-up books beside it."""

import hashlib
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from testbed.stack.crew import Crew
from testbed.stack.program import Program
from testbed.stack.state import State
from testbed.systems.common.system import Running
from testbed.systems.tryton.database import IN_USE, Books, open_books
from testbed.systems.tryton.server import House, Server

_ROOM = Path(__file__).parent
_LOCK, _SEED = _ROOM / "requirements.lock", _ROOM / "seed.py"
_MODULES = ("account_invoice", "account_product", "account_statement")
_DUMP = "seeded.sql"


class Tryton:
    """The product. Fiscal years are made for last year, this and next: the snapshot is a year's."""

    name = "tryton"
    packages: Sequence[str] = ()

    @property
    def release(self) -> str:
        files = (_LOCK, _SEED, _SEED.with_suffix(".json"))
        made_of = b"".join(file.read_bytes() for file in files) + str(_MODULES).encode()
        return f"8.2-{_this_year()}-{hashlib.sha256(made_of).hexdigest()[:12]}"

    async def equip(self, crew: Crew) -> None:
        """Python and PostgreSQL are all it takes."""
        del crew

    async def install(self, crew: Crew, cache: Path) -> None:
        venv = [sys.executable, "-m", "venv", str(cache / "venv")]
        await Program(crew=crew, name="tryton-venv", argv=venv).run()
        pip = [str(cache / "venv/bin/pip"), "install", "--quiet", "--disable-pip-version-check"]
        fill = [*pip, "--require-hashes", "--no-deps", "--requirement", str(_LOCK)]
        await Program(crew=crew, name="tryton-pip", argv=fill).run()
        async with Crew(State.at(crew.state.folder / "install")) as builders:
            await _snapshot(builders, cache)

    async def start(self, crew: Crew, cache: Path) -> Running:
        ports = crew.state.ports("postgres", "tryton")
        books = await open_books(crew, ports["postgres"])
        if not await books.are_there():
            await books.load(crew, cache / _DUMP)
        server = Server(crew, _house(crew, cache, books), ports, books)
        await server.up()
        return server


async def _snapshot(crew: Crew, cache: Path) -> None:
    books = await open_books(crew, crew.state.ports("postgres")["postgres"])
    await books.begin()
    house = _house(crew, cache, books)
    options = ("--activate-dependencies", "--email", "admin@example.test", "-p")
    python = str(cache / "venv/bin/python")
    for name, argv in {
        "modules": [*house.program("trytond-admin"), "-u", "ir", "res", *_MODULES, *options],
        "seed": [python, str(_SEED), str(house.config), IN_USE, str(_this_year())],
    }.items():
        program = Program(crew=crew, name=f"tryton-{name}", argv=argv, settings=house.settings)
        await program.run()
    await books.dump(crew, cache / _DUMP)


def _house(crew: Crew, cache: Path, books: Books) -> House:
    house = House(cache, crew.state.room("tryton"))
    house.settle(books.url(""))
    return house


def _this_year() -> int:
    return datetime.now(UTC).year
