"""A migration never stops the workers: it gives up a lock soon, and is tried again."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from alembic import command
from psycopg import Connection
from sqlalchemy import URL

from store import StoreUnavailable, migrate, schema_is_current
from store.database import plain_url
from store.schema import alembic_config, connected
from tests.postgres import fresh_database

WAITING = (
    "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
)


@pytest.fixture
def old_url(postgres: URL) -> Iterator[str]:
    with fresh_database(postgres, migrated=False) as url:
        migrate(url)
        with connected(url) as connection:
            command.downgrade(alembic_config(connection), "base")
        yield url


@pytest.fixture
def reader(old_url: str) -> Iterator[Connection]:
    """A transaction that keeps what the migrations change, and does not end."""
    with psycopg.connect(plain_url(old_url)) as connection:
        connection.execute("lock table alembic_version in share mode")
        yield connection


async def test_workers_go_on_while_a_migration_waits_for_a_long_reader(
    old_url: str, reader: Connection
) -> None:
    migrating = asyncio.create_task(asyncio.to_thread(migrate, old_url))
    with psycopg.connect(plain_url(old_url), autocommit=True) as worker:
        worker.execute("set lock_timeout = '10s'")
        waited = False
        async with asyncio.timeout(60):
            while not waited:
                waited = worker.execute(WAITING).fetchone() is not None
                await asyncio.sleep(0.01)
        for _ in range(20):
            worker.execute("select version_num from alembic_version")
            await asyncio.sleep(0.1)
    assert not migrating.done()
    reader.rollback()
    await asyncio.wait_for(migrating, 60)
    assert await schema_is_current(old_url)


async def test_a_migration_that_never_gets_its_lock_says_what_to_end(
    old_url: str, reader: Connection
) -> None:
    with pytest.raises(StoreUnavailable, match=r"end it .* and run `cashward migrate` again"):
        await asyncio.to_thread(migrate, old_url, patience=timedelta(0))
    reader.rollback()
    assert not await schema_is_current(old_url)
    migrate(old_url)
    assert await schema_is_current(old_url)
