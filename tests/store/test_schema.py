"""The schema grows by migrations, and the tables in the code are the tables in the database."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import connect, errors
from sqlalchemy import URL

from store import Store, StoreUnavailable, migrate, schema_is_current
from store.database import plain_url
from store.schema import alembic_config, connected
from store.tables import metadata
from tests.postgres import fresh_database
from tests.store.values import NOW, baseline


@pytest.fixture
def empty_url(postgres: URL) -> Iterator[str]:
    with fresh_database(postgres, migrated=False) as url:
        yield url


def _tables(url: str) -> set[str]:
    with connect(plain_url(url)) as connection:
        rows = connection.execute("select tablename from pg_tables where schemaname = 'public'")
        return {name for (name,) in rows}


def _rules(url: str) -> set[tuple[str, str]]:
    """Every constraint and index of our tables, as the database words it."""
    with connect(plain_url(url)) as connection:
        rules = connection.execute(
            "select conname, pg_get_constraintdef(c.oid) from pg_constraint c"
            " join pg_class t on t.oid = conrelid and not relispartition"
            " where connamespace = 'public'::regnamespace"
            " union select i.relname, pg_get_indexdef(indexrelid) from pg_index"
            " join pg_class t on t.oid = indrelid and not t.relispartition"
            " join pg_class i on i.oid = indexrelid"
            " where t.relnamespace = 'public'::regnamespace",
        )
        return {(name, rule) for name, rule in rules if not name.startswith("alembic")}


def _is_ours(name: str | None, kind: str, _: object) -> bool:
    """Whether the code has to know a table of the database: not a partition."""
    return kind != "table" or not str(name).startswith("audit_trail_")


def _downgrade(url: str) -> None:
    with connected(url) as connection:
        command.downgrade(alembic_config(connection), "base")


async def test_the_schema_goes_up_down_and_up_again(empty_url: str) -> None:
    assert not await schema_is_current(empty_url)
    migrate(empty_url)
    assert await schema_is_current(empty_url)
    there = _tables(empty_url)
    _downgrade(empty_url)
    assert _tables(empty_url) == {"alembic_version"}
    migrate(empty_url)
    assert _tables(empty_url) == there >= {"effects", "contracts", "claims", "links", "charges"}


def test_the_code_and_the_database_agree_on_every_table(database_url: str) -> None:
    with connected(database_url) as connection:
        opts = {"compare_server_default": True, "include_name": _is_ours}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []


def test_the_code_and_the_database_agree_on_every_rule(database_url: str, empty_url: str) -> None:
    with connected(empty_url) as connection:
        metadata.create_all(connection)
        connection.commit()
    assert _rules(empty_url) == _rules(database_url)


async def test_several_may_migrate_at_once(empty_url: str) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(migrate, [empty_url] * 2))
    assert await schema_is_current(empty_url)


@pytest.mark.parametrize("change", ["update {} set at = at", "delete from {}", "truncate {}"])
@pytest.mark.parametrize("whole", [True, False])
async def test_the_audit_trail_only_grows(
    store: Store, database_url: str, change: str, *, whole: bool
) -> None:
    await store.billing_ledger.agree(baseline("grows"), now=NOW)
    table = "audit_trail" if whole else f"audit_trail_{NOW:%Y_%m}"
    with (
        connect(plain_url(database_url)) as connection,
        pytest.raises(errors.InsufficientPrivilege, match="only grows"),
    ):
        connection.execute(change.format(table).encode())


async def test_a_database_that_does_not_answer_says_so(postgres: URL) -> None:
    nowhere = postgres.set(port=1).render_as_string(hide_password=False)
    with pytest.raises(StoreUnavailable, match=r"postgres: .*connection"):
        await schema_is_current(nowhere)
