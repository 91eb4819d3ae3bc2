"""Installs Tryton from PyPI into the cache, with a dump of seeded data."""

import hashlib
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from testbed.stack.program import Program
from testbed.stack.state import State
from testbed.stack.supervisor import Supervisor
from testbed.systems.common.system import Running
from testbed.systems.tryton.database import IN_USE, Databases, open_databases
from testbed.systems.tryton.server import Installation, Server

_ROOM = Path(__file__).parent
_LOCK, _SEED = _ROOM / "requirements.lock", _ROOM / "seed.py"
_MODULES = ("account_invoice", "account_product", "account_statement")
_DUMP = "seeded.sql"


class Tryton:
    """The product. It has fiscal years for last, this and next year, so a snapshot is per year."""

    name = "tryton"
    packages: Sequence[str] = ()

    @property
    def release(self) -> str:
        files = (_LOCK, _SEED, _SEED.with_suffix(".json"))
        made_of = b"".join(file.read_bytes() for file in files) + str(_MODULES).encode()
        return f"8.2-{_this_year()}-{hashlib.sha256(made_of).hexdigest()[:12]}"

    async def equip(self, supervisor: Supervisor) -> None:
        """Find Python and PostgreSQL, which are all that it needs."""
        del supervisor

    async def install(self, supervisor: Supervisor, cache: Path) -> None:
        venv = [sys.executable, "-m", "venv", str(cache / "venv")]
        await Program(supervisor=supervisor, name="tryton-venv", argv=venv).run()
        pip = [str(cache / "venv/bin/pip"), "install", "--quiet", "--disable-pip-version-check"]
        fill = [*pip, "--require-hashes", "--no-deps", "--requirement", str(_LOCK)]
        await Program(supervisor=supervisor, name="tryton-pip", argv=fill).run()
        async with Supervisor(State.at(supervisor.state.folder / "install")) as builders:
            await _snapshot(builders, cache)

    async def start(self, supervisor: Supervisor, cache: Path) -> Running:
        ports = supervisor.state.ports("postgres", "tryton")
        databases = await open_databases(supervisor, ports["postgres"])
        if not await databases.are_there():
            await databases.load(supervisor, cache / _DUMP)
        server = Server(supervisor, _installation(supervisor, cache, databases), ports, databases)
        await server.up()
        return server


async def _snapshot(supervisor: Supervisor, cache: Path) -> None:
    databases = await open_databases(supervisor, supervisor.state.ports("postgres")["postgres"])
    await databases.begin()
    installation = _installation(supervisor, cache, databases)
    options = ("--activate-dependencies", "--email", "admin@example.test", "-p")
    python = str(cache / "venv/bin/python")
    for name, argv in {
        "modules": [*installation.program("trytond-admin"), "-u", "ir", "res", *_MODULES, *options],
        "seed": [python, str(_SEED), str(installation.config), IN_USE, str(_this_year())],
    }.items():
        program = Program(
            supervisor=supervisor, name=f"tryton-{name}", argv=argv, settings=installation.settings
        )
        await program.run()
    await databases.dump(supervisor, cache / _DUMP)


def _installation(supervisor: Supervisor, cache: Path, databases: Databases) -> Installation:
    installation = Installation(cache, supervisor.state.room("tryton"))
    installation.settle(databases.url(""))
    return installation


def _this_year() -> int:
    return datetime.now(UTC).year
