"""The tables that the count reads, in three small databases with the records of one deal."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

import psycopg
from sqlalchemy import URL, make_url

from testbed.systems.common.system import Place
from tests.postgres import fresh_database

_TABLES = {
    "bottlecrm": """
        CREATE TABLE accounts (id text, custom_fields jsonb);
        CREATE TABLE opportunity (id text, account_id text, stage text, custom_fields jsonb);
        CREATE TABLE task (id int, opportunity_id text, status text, custom_fields jsonb);
    """,
    "redmine": """
        CREATE TABLE projects (id int, status int);
        CREATE TABLE versions (id int, project_id int, status text);
        CREATE TABLE issues (id int, project_id int);
        CREATE TABLE members (id int, project_id int, user_id int);
        CREATE TABLE wikis (id int, project_id int);
        CREATE TABLE wiki_pages (id int, wiki_id int, title text);
        CREATE TABLE custom_fields (id int, name text);
        CREATE TABLE custom_values (
            customized_type text, customized_id int, custom_field_id int, value text);
    """,
    "tryton": """
        CREATE TABLE company_company (party int);
        CREATE TABLE party_party (id int, code text, active bool);
        CREATE TABLE party_identifier (party int, code text);
        CREATE TABLE account_invoice (
            id int, type text, reference text, state text, number text, move int, account int,
            untaxed_amount_cache numeric, total_amount_cache numeric);
        CREATE TABLE account_move_line (id int, move int, account int, reconciliation int);
        CREATE TABLE "account_invoice-account_move_line" (invoice int, line int);
        CREATE TABLE account_statement_line (
            id int, number text, amount numeric, related_to text, move int);
    """,
}
# Account 1 is what customers owe, 2 the bank; line 10 is of move 1, and so on.
_ONE_DEAL = {
    "bottlecrm": """
        INSERT INTO accounts VALUES ('k', '{"cashward_company_id": "11 22"}'), ('l', '{}');
        INSERT INTO opportunity VALUES
            ('a', 'k', 'CLOSED_WON', '{"cashward_billed": "300.00", "cashward_credited": "100.00",
                                       "cashward_paid": "123.00"}'),
            ('b', 'l', 'NEGOTIATION', '{}');
        INSERT INTO task VALUES
            (1, 'a', 'Completed', '{"cashward_key": "cw:acme:bottlecrm:a:ask:1"}'),
            (2, 'a', 'New', '{"cashward_key": "cw:acme:bottlecrm:a:ask:2"}');
    """,
    "redmine": """
        INSERT INTO projects VALUES (1, 1), (2, 9);
        INSERT INTO versions VALUES (1, 1, 'closed'), (2, 1, 'open'), (3, 2, 'open');
        INSERT INTO issues VALUES (1, 1), (2, 2);
        INSERT INTO members VALUES (1, 1, 7), (2, 1, 8), (3, 2, 7);
        INSERT INTO wikis VALUES (1, 1), (2, 2);
        INSERT INTO wiki_pages VALUES (1, 1, 'Panel'), (2, 2, 'Panel');
        INSERT INTO custom_fields VALUES (1, 'cashward_key'), (2, 'another');
        INSERT INTO custom_values VALUES
            ('Project', 1, 1, 'cw:acme:bottlecrm:a'), ('Project', 2, 1, 'cw:acme:bottlecrm:a'),
            ('Version', 1, 1, 'cw:acme:bottlecrm:a:m1'),
            ('Version', 2, 1, 'cw:acme:bottlecrm:a:m2'),
            ('Issue', 1, 1, 'cw:acme:bottlecrm:a:w1'),
            ('Version', 2, 2, 'cw:acme:bottlecrm:a:m1'),
            ('Issue', 1, 1, '');
    """,
    "tryton": """
        INSERT INTO company_company VALUES (4);
        INSERT INTO party_party VALUES
            (1, 'cw:acme:1.2', true), (2, 'cw:acme:1', false), (4, '1', true);
        INSERT INTO party_identifier VALUES (1, '1122'), (2, '1122'), (4, '44');
        INSERT INTO account_invoice VALUES
            (1, 'out', 'cw:acme:bottlecrm:a:m1:r1', 'paid', '1', 1, 1, 100, 123),
            (2, 'out', 'cw:acme:bottlecrm:a:m2:r1', 'posted', '2', 2, 1, 200, 246),
            (3, 'out', 'cw:acme:bottlecrm:a:m2:r1:credit', 'posted', '3', 3, 1, -100, -123),
            (5, 'in', 'cw:acme:bottlecrm:a:m1:r1', 'draft', NULL, NULL, 1, 7, 7);
        INSERT INTO account_move_line VALUES
            (10, 1, 1, 1), (20, 2, 1, NULL), (30, 3, 1, NULL), (40, 4, 1, 1), (41, 4, 2, NULL);
        INSERT INTO "account_invoice-account_move_line" VALUES (1, 40), (2, 30);
        INSERT INTO account_statement_line VALUES (1, 'BANK-1', 123, 'account.invoice,1', 4);
    """,
}


@contextmanager
def small_databases(postgres: URL) -> Iterator[Mapping[str, Place]]:
    """Three databases with nothing in them."""
    with ExitStack() as stack:
        made = {}
        for name in _TABLES:
            url = make_url(stack.enter_context(fresh_database(postgres, migrated=False)))
            at = url.set(drivername="postgresql").render_as_string(hide_password=False)
            made[name] = Place(name=name, url="", database=at, connector={}, credentials={})
        yield made


def carry_one_deal(places: Mapping[str, Place]) -> None:
    """Add one deal: one invoice paid, another credited in part, and two tasks of the owner."""
    for name, place in places.items():
        anew = "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
        write(place, anew + _TABLES[name] + _ONE_DEAL[name])


def write(place: Place, sql: str) -> None:
    with psycopg.connect(place.database) as connection:
        connection.execute(sql.encode())
