"""The count sees what is there twice, belongs to nobody, or differs."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import psycopg
import pytest
from sqlalchemy import URL, make_url

from real.count import Count, count
from real.kit.system import Place
from tests.postgres import fresh_database

_TABLES = {
    "bottlecrm": "CREATE TABLE opportunity (id text, stage text, custom_fields jsonb);",
    "redmine": """
        CREATE TABLE projects (id int, identifier text, status int);
        CREATE TABLE versions (id int, project_id int, status text);
        CREATE TABLE issues (id int, project_id int);
        CREATE TABLE custom_fields (id int, name text);
        CREATE TABLE custom_values (
            customized_type text, customized_id int, custom_field_id int, value text);
    """,
    "tryton": """
        CREATE TABLE account_invoice (
            id int, type text, reference text, state text, number text,
            untaxed_amount_cache numeric);
        CREATE TABLE party_party (id int, code text, active bool);
        CREATE TABLE party_identifier (party int, type text, code text);
    """,
}
_ONE_DEAL = {
    "bottlecrm": """
        INSERT INTO opportunity VALUES
            ('a', 'CLOSED_WON', '{"cashward_billed": "300.00", "cashward_credited": "100.00"}'),
            ('b', 'NEGOTIATION', '{}');
    """,
    "redmine": """
        INSERT INTO projects VALUES (1, 'kovo-1', 1), (2, 'kovo-0', 9);
        INSERT INTO versions VALUES (1, 1, 'closed'), (2, 1, 'open');
        INSERT INTO issues VALUES (1, 1);
        INSERT INTO custom_fields VALUES (1, 'cashward_key'), (2, 'another');
        INSERT INTO custom_values VALUES
            ('Project', 1, 1, 'cw:bottlecrm:a'), ('Project', 2, 1, 'cw:bottlecrm:a'),
            ('Version', 1, 1, 'm1'), ('Version', 2, 1, 'm2'), ('Issue', 1, 1, 'w1'),
            ('Version', 2, 2, 'm1'), ('Issue', 1, 1, '');
    """,
    "tryton": """
        INSERT INTO account_invoice VALUES
            (1, 'out', 'cw:bottlecrm:a:m1:r1', 'paid', '1', 100),
            (2, 'out', 'cw:bottlecrm:a:m2:r1', 'posted', '2', 200),
            (3, 'out', 'cw:bottlecrm:a:m2:r1:credit', 'posted', '3', -100),
            (4, 'out', 'of a person', 'draft', NULL, 7),
            (5, 'in', 'cw:bottlecrm:a:m1:r1', 'draft', NULL, 7);
        INSERT INTO party_party VALUES (1, 'cw-1', true), (2, '7', true), (3, 'cw-3', false);
        INSERT INTO party_identifier VALUES (1, NULL, '11'), (2, NULL, '22'), (3, NULL, '11');
    """,
}


@pytest.fixture
def places(postgres: URL) -> Iterator[Mapping[str, Place]]:
    """Three databases with one deal carried: two invoices, one of them credited in part."""
    with ExitStack() as stack:
        made = {}
        for name, tables in _TABLES.items():
            url = make_url(stack.enter_context(fresh_database(postgres, migrated=False)))
            at = url.set(drivername="postgresql").render_as_string(hide_password=False)
            made[name] = Place(name=name, url="", database=at, connector={}, hands={})
            write(made[name], tables + _ONE_DEAL[name])
        yield made


def write(place: Place, sql: str) -> None:
    with psycopg.connect(place.database) as connection:
        connection.execute(sql.encode())


def test_what_was_carried_once_is_counted_once(places: Mapping[str, Place]) -> None:
    assert count(places) == Count(
        deals_won=1,
        projects=1,
        milestones=2,
        milestones_reached=1,
        work_packages=1,
        customers=1,
        invoices_posted=2,
        invoices_paid=1,
        drafts_left=0,
        duplicates=(),
        orphans=(),
        differing=(),
    )


@pytest.mark.parametrize(
    ("system", "sql", "found"),
    [
        (
            "redmine",
            """INSERT INTO projects VALUES (3, 'kovo-2', 1);
            INSERT INTO custom_values VALUES ('Project', 3, 1, 'cw:bottlecrm:a')""",
            "project cw:bottlecrm:a",
        ),
        (
            "redmine",
            """INSERT INTO versions VALUES (3, 1, 'open');
            INSERT INTO custom_values VALUES ('Version', 3, 1, 'm2')""",
            "milestone (1, 'm2')",
        ),
        (
            "redmine",
            """INSERT INTO issues VALUES (2, 1);
            INSERT INTO custom_values VALUES ('Issue', 2, 1, 'w1')""",
            "work package (1, 'w1')",
        ),
        (
            "tryton",
            """INSERT INTO account_invoice VALUES
            (6, 'out', 'cw:bottlecrm:a:m1:r1', 'cancelled', '', 100)""",
            "invoice cw:bottlecrm:a:m1:r1",
        ),
        (
            "tryton",
            "UPDATE account_invoice SET number = '1' WHERE id = 2",
            "invoice number 1",
        ),
        (
            "tryton",
            """INSERT INTO party_party VALUES (4, '8', true);
            INSERT INTO party_identifier VALUES (4, NULL, '11')""",
            "customer 11",
        ),
    ],
)
def test_what_is_there_twice_is_a_duplicate(
    places: Mapping[str, Place], system: str, sql: str, found: str
) -> None:
    write(places[system], sql)
    counted = count(places)
    assert (counted.duplicates, counted.is_clean) == ((found,), False)


def test_what_belongs_to_no_won_deal_is_an_orphan(places: Mapping[str, Place]) -> None:
    write(places["bottlecrm"], "UPDATE opportunity SET stage = 'CLOSED_LOST'")
    counted = count(places)
    assert counted.orphans[0] == "project cw:bottlecrm:a"
    assert len(counted.orphans) == 1 + 3
    assert not counted.is_clean


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE account_invoice SET untaxed_amount_cache = 100.01 WHERE id = 1",
        "UPDATE account_invoice SET state = 'draft', number = NULL WHERE id = 3",
        "DELETE FROM account_invoice WHERE id = 1",
    ],
)
def test_a_cent_between_crm_and_erp_is_seen(places: Mapping[str, Place], sql: str) -> None:
    write(places["tryton"], sql)
    counted = count(places)
    assert len(counted.differing) == 1
    assert counted.differing[0].startswith("bottlecrm:a: the CRM says 200.00, the ERP ")
    assert not counted.is_clean


def test_a_draft_of_ours_is_left_over(places: Mapping[str, Place]) -> None:
    sql = "INSERT INTO account_invoice VALUES (6, 'out', 'cw:bottlecrm:a:m3:r1', 'draft', '', 5)"
    write(places["tryton"], sql)
    counted = count(places)
    assert (counted.drafts_left, counted.is_clean) == (1, False)
