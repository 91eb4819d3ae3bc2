"""The first start of our own database makes an owner, and an application that owns nothing."""

import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, make_url

from domain.ids import DealId
from store import migrate, open_store
from store.database import plain_url
from tests.postgres import private_postgres


@pytest.fixture
async def url(root: Path, tmp_path: Path, tool: Callable[[str], str]) -> AsyncIterator[URL]:
    """The owner's URL, after the scripts ran; every role has the server's password."""
    async with private_postgres() as server:
        admin = make_url(server.url)
        password = tmp_path / "password"
        password.write_text(f"{admin.password}\n")
        with psycopg.connect(plain_url(server.url), autocommit=True) as made_by_the_local_stack:
            made_by_the_local_stack.execute("drop role cashward_worker, cashward_application")
        for script in ("10-owner.sh", "20-roles.sh"):
            subprocess.run(
                [root / "deploy/postgres" / script],
                env={
                    "PATH": f"{Path(tool('psql')).parent}:/usr/bin:/bin",
                    "PGHOST": str(admin.host),
                    "PGPORT": str(admin.port),
                    "PGPASSWORD": str(admin.password),
                    "POSTGRES_USER": str(admin.username),
                    "OWNER": "cashward_migrator",
                    "APPLICATION": "product",
                    "DATABASES": "records",
                    "OWNER_PASSWORD_FILE": str(password),
                    "APPLICATION_PASSWORD_FILE": str(password),
                },
                check=True,
            )  # fmt: skip
        yield admin.set(username="cashward_migrator", database="records")


async def test_the_owner_migrates_and_the_application_works_but_cannot_alter(url: URL) -> None:
    migrate(url.render_as_string(hide_password=False))
    worker = url.set(username="product").render_as_string(hide_password=False)
    async with open_store(worker) as store:
        assert await store.audit_trail.of_deal(DealId("hubspot:1")) == []
    with (
        psycopg.connect(plain_url(worker)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("alter table audit_trail disable trigger all")
