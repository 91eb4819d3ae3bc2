"""The worker's role may do what its statements need; only the owner may change the tables."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import Connection, errors

from ports.failures import Misconfigured
from store import migrate, owner_of_tables
from store.database import plain_url
from store.privileges import APPLICATION, AUDITOR, MAY
from store.tables import metadata
from testbed.stack.postgres import as_worker


@pytest.fixture
def worker(database_url: str) -> Iterator[Connection]:
    with psycopg.connect(plain_url(as_worker(database_url))) as connection:
        yield connection


@pytest.fixture
def auditor(database_url: str) -> Iterator[Connection]:
    with psycopg.connect(plain_url(database_url)) as connection:
        connection.execute(f"set role {AUDITOR}".encode())
        yield connection


@pytest.mark.parametrize(
    "command",
    [
        "alter table audit_trail disable trigger only_grows",
        "alter table audit_trail_others disable trigger only_grows",
        "set session_replication_role = replica",
        "update audit_trail set reason = 'forged'",
        "update audit_trail_others set reason = 'forged'",
        "delete from audit_trail",
        "truncate audit_trail",
        "drop table audit_trail_others",
        "update audit_seals set digest = ''",
        "delete from audit_seals",
        "delete from effects",
        "delete from claims",
        "update credit_notes set net = 1",
        "update epochs set since = now()",
        "alter table effects add column more text",
        "create table more (id int)",
        "select add_audit_month('2031-01-01')",
        "update alembic_version set version_num = '0001'",
    ],
)
def test_a_worker_is_refused_what_only_the_owner_does(worker: Connection, command: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        worker.execute(command.encode())


def test_an_auditor_reads_everything_and_writes_nothing(auditor: Connection) -> None:
    for table in MAY:
        auditor.execute(f"select * from {table} limit 1".encode())  # noqa: S608 - our own names
        refused = (errors.InsufficientPrivilege, errors.ObjectNotInPrerequisiteState)
        with pytest.raises(refused), auditor.transaction():
            auditor.execute(f"insert into {table} default values".encode())


def test_no_table_is_without_a_word_on_who_may_do_what(database_url: str) -> None:
    with psycopg.connect(plain_url(database_url)) as connection:
        tables = connection.execute(
            "select relname from pg_class where relnamespace = 'public'::regnamespace"
            " and relkind in ('r', 'p', 'v') and not relispartition"
        ).fetchall()
        granted = connection.execute(
            "select table_name, lower(privilege_type) from information_schema.role_table_grants"
            " where grantee = %s",
            [APPLICATION],
        ).fetchall()
    assert {name for (name,) in tables} == MAY.keys() >= metadata.tables.keys()
    assert set(granted) == {(table, one) for table in MAY for one in MAY[table].split(", ")}


def test_a_role_that_does_not_own_the_tables_is_refused_a_migration_with_a_way_out(
    database_url: str,
) -> None:
    with pytest.raises(Misconfigured, match="cashward_worker does not own the tables"):
        migrate(as_worker(database_url))


async def test_a_role_that_owns_the_tables_is_known_as_such(
    database_url: str,
) -> None:
    assert await owner_of_tables(database_url) == ("cashward", True)
    assert await owner_of_tables(as_worker(database_url)) == ("cashward_worker", False)
