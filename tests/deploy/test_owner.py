"""The first start of a database, on a PostgreSQL of this machine."""

import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, make_url

from tests.postgres import private_postgres

Open = Callable[..., psycopg.Connection]


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[URL]:
    async with private_postgres() as database:
        yield make_url(database.url).set(drivername="postgresql", database="postgres")


@pytest.fixture(scope="module")
def password_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("secrets") / "owner_password"
    file.write_text("o_w-ner\n")
    return file


@pytest.fixture(scope="module")
def connect(server: URL, tool: Callable[[str], str], root: Path, password_file: Path) -> Open:
    """Connects to the server as the script leaves it."""
    subprocess.run(
        [root / "deploy/postgres/10-owner.sh"],
        env={
            "PATH": f"{Path(tool('psql')).parent}:/usr/bin:/bin",
            "PGHOST": str(server.host),
            "PGPORT": str(server.port),
            "PGPASSWORD": str(server.password),
            "POSTGRES_USER": str(server.username),
            "OWNER": "temporal",
            "DATABASES": "temporal temporal_visibility",
            "OWNER_PASSWORD_FILE": str(password_file),
        },
        check=True,
    )  # fmt: skip

    def open_as(user: str, password: str, database: str) -> psycopg.Connection:
        address = server.set(username=user, password=password, database=database)
        return psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)

    return open_as


@pytest.mark.parametrize("database", ["temporal", "temporal_visibility"])
def test_the_owner_builds_its_schema_with_the_extension_temporal_wants(
    connect: Open, database: str
) -> None:
    with connect("temporal", "o_w-ner", database) as owner:
        owner.execute("CREATE EXTENSION btree_gin")
        owner.execute("CREATE TABLE facts (id int PRIMARY KEY)")
        extensions = owner.execute("SELECT extname FROM pg_extension").fetchall()
        owners = owner.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'facts'")
        assert ("btree_gin",) in extensions
        assert owners.fetchall() == [("temporal",)]


@pytest.mark.parametrize("command", ["CREATE DATABASE another", "CREATE ROLE another"])
def test_the_owner_is_nobody_elsewhere(connect: Open, command: str) -> None:
    with (
        connect("temporal", "o_w-ner", "temporal") as owner,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        owner.execute(command.encode())


def test_a_stranger_does_not_get_in(connect: Open, server: URL) -> None:
    with connect(server.username, server.password, "postgres") as administrator:
        administrator.execute("CREATE ROLE stranger LOGIN PASSWORD 'stranger'")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        connect("stranger", "stranger", "temporal")


def test_a_wrong_password_is_refused(connect: Open) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect("temporal", "o_w-ne", "temporal")
