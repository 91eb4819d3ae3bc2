"""The count finds what exists twice, belongs to no deal, or differs."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from sqlalchemy import URL

from testbed.systems.common.system import Place
from testbed.systems.count import Count, count
from tests.testbed.systems.small import carry_one_deal, small_databases, write


@pytest.fixture(scope="module")
def databases(postgres: URL) -> Iterator[Mapping[str, Place]]:
    with small_databases(postgres) as made:
        yield made


@pytest.fixture
def places(databases: Mapping[str, Place]) -> Mapping[str, Place]:
    carry_one_deal(databases)
    return databases


def test_what_was_carried_once_is_counted_once(places: Mapping[str, Place]) -> None:
    assert count(places) == Count(
        deals_won=1,
        tasks_open=1,
        tasks_done=1,
        projects=1,
        milestones=2,
        milestones_reached=1,
        work_packages=1,
        memberships=2,
        wiki_pages=1,
        customers=1,
        invoices_posted=2,
        invoices_paid=1,
        credit_notes=1,
        payments=1,
        drafts_left=0,
        duplicates=(),
        orphans=(),
        differing=(),
    )


@pytest.mark.parametrize(
    ("system", "sql", "found"),
    [
        (
            "bottlecrm",
            """INSERT INTO task VALUES
            (3, 'a', 'New', '{"cashward_key": "cw:acme:bottlecrm:a:ask:1"}')""",
            "task cw:acme:bottlecrm:a:ask:1",
        ),
        (
            "redmine",
            """INSERT INTO projects VALUES (3, 5);
            INSERT INTO custom_values VALUES ('Project', 3, 1, 'cw:acme:bottlecrm:a')""",
            "project cw:acme:bottlecrm:a",
        ),
        (
            "redmine",
            """INSERT INTO versions VALUES (4, 1, 'open');
            INSERT INTO custom_values VALUES ('Version', 4, 1, 'cw:acme:bottlecrm:a:m2')""",
            "milestone cw:acme:bottlecrm:a:m2",
        ),
        (
            "redmine",
            """INSERT INTO issues VALUES (3, 1);
            INSERT INTO custom_values VALUES ('Issue', 3, 1, 'cw:acme:bottlecrm:a:w1')""",
            "work package cw:acme:bottlecrm:a:w1",
        ),
        (
            "redmine",
            "INSERT INTO members VALUES (4, 1, 7)",
            "membership cw:acme:bottlecrm:a:user 7",
        ),
        (
            "redmine",
            "INSERT INTO wiki_pages VALUES (3, 1, 'Panel')",
            "wiki page cw:acme:bottlecrm:a:Panel",
        ),
        (
            "tryton",
            """INSERT INTO account_invoice VALUES
            (6, 'out', 'cw:acme:bottlecrm:a:m1:r1', 'cancelled', '', NULL, 1, 100, 123)""",
            "invoice cw:acme:bottlecrm:a:m1:r1",
        ),
        (
            "tryton",
            """INSERT INTO account_invoice VALUES
            (6, 'out', 'cw:acme:bottlecrm:a:m2:r1:credit', 'cancelled', '', NULL, 1, -1, -1)""",
            "credit note cw:acme:bottlecrm:a:m2:r1:credit",
        ),
        (
            "tryton",
            "UPDATE account_invoice SET number = '1' WHERE id = 2",
            "invoice number 1",
        ),
        (
            "tryton",
            """INSERT INTO party_party VALUES (5, '8', true);
            INSERT INTO party_identifier VALUES (5, '11 22')""",
            "customer 1122",
        ),
        (
            "tryton",
            """UPDATE party_party SET active = true WHERE id = 2;
            DELETE FROM party_identifier WHERE party = 1""",
            "customer 1",
        ),
    ],
)
def test_what_is_there_twice_is_a_duplicate(
    places: Mapping[str, Place], system: str, sql: str, found: str
) -> None:
    write(places[system], sql)
    counted = count(places)
    assert (counted.duplicates, counted.is_clean) == ((found,), False)


def test_a_payment_that_was_noted_again_is_a_duplicate(places: Mapping[str, Place]) -> None:
    again = """INSERT INTO account_statement_line VALUES
        (2, 'BANK-1', 123, 'account.invoice,1', 4)"""
    write(places["tryton"], again)
    counted = count(places)
    assert counted.payments == 2
    assert counted.duplicates == ("payment BANK-1",)
    assert counted.differing == (
        "bottlecrm:a: paid is 123.00 in the CRM, 246 in the ERP",
        "invoice cw:acme:bottlecrm:a:m1:r1 is paid: 246 of 123 came in or was credited",
    )


def test_what_belongs_to_no_won_deal_is_an_orphan(places: Mapping[str, Place]) -> None:
    clean = count(places)
    write(places["bottlecrm"], "UPDATE opportunity SET stage = 'CLOSED_LOST'")
    counted = count(places)
    assert set(counted.orphans) == {
        "task cw:acme:bottlecrm:a:ask:1",
        "task cw:acme:bottlecrm:a:ask:2",
        "project cw:acme:bottlecrm:a",
        "milestone cw:acme:bottlecrm:a:m1",
        "milestone cw:acme:bottlecrm:a:m2",
        "work package cw:acme:bottlecrm:a:w1",
        "membership cw:acme:bottlecrm:a:user 7",
        "membership cw:acme:bottlecrm:a:user 8",
        "wiki page cw:acme:bottlecrm:a:Panel",
        "invoice cw:acme:bottlecrm:a:m1:r1",
        "invoice cw:acme:bottlecrm:a:m2:r1",
        "credit note cw:acme:bottlecrm:a:m2:r1:credit",
        "customer cw:acme:1",
    }
    assert replace(counted, orphans=(), deals_won=1) == clean


@pytest.mark.parametrize(
    ("system", "sql", "found"),
    [
        ("bottlecrm", "INSERT INTO task VALUES (3, 'a', 'New', '{}')", "task 3 without a mark"),
        (
            "bottlecrm",
            """INSERT INTO task VALUES
            (3, NULL, 'New', '{"cashward_key": "cw:acme:bottlecrm:a:ask:3"}')""",
            "task cw:acme:bottlecrm:a:ask:3",
        ),
        ("redmine", "INSERT INTO projects VALUES (3, 1)", "project 3 without a mark"),
        ("redmine", "INSERT INTO versions VALUES (4, 1, 'open')", "milestone 4 without a mark"),
        ("redmine", "INSERT INTO issues VALUES (3, 1)", "work package 3 without a mark"),
        (
            "redmine",
            """INSERT INTO issues VALUES (3, 1);
            INSERT INTO custom_values VALUES ('Issue', 3, 1, 'cw:acme:bottlecrm:b:w2')""",
            "work package cw:acme:bottlecrm:b:w2",
        ),
        ("tryton", "INSERT INTO party_party VALUES (5, '8', true)", "customer 5 without a mark"),
        (
            "tryton",
            "INSERT INTO party_party VALUES (5, 'cw:acme:sk-8', true)",
            "customer cw:acme:sk-8",
        ),
        (
            "tryton",
            """INSERT INTO account_invoice VALUES
            (6, 'out', 'of a person', 'posted', '6', NULL, 1, 100, 123)""",
            "invoice 6 without a mark",
        ),
        (
            "tryton",
            """INSERT INTO account_invoice VALUES
            (6, 'out', NULL, 'posted', '6', NULL, 1, -100, -123)""",
            "credit note 6 without a mark",
        ),
    ],
)
def test_what_bears_no_mark_or_lies_elsewhere_is_an_orphan(
    places: Mapping[str, Place], system: str, sql: str, found: str
) -> None:
    write(places[system], sql)
    counted = count(places)
    assert (counted.orphans, counted.is_clean) == ((found,), False)
    assert (counted.duplicates, counted.differing) == ((), ())


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        (
            "UPDATE account_invoice SET untaxed_amount_cache = 100.01 WHERE id = 1",
            "bottlecrm:a: billed is 300.00 in the CRM, 300.01 in the ERP",
        ),
        (
            "UPDATE account_invoice SET state = 'draft', number = NULL WHERE id = 3",
            "bottlecrm:a: credited is 100.00 in the CRM, 0 in the ERP",
        ),
        (
            "DELETE FROM account_invoice WHERE id = 2",
            "bottlecrm:a: billed is 300.00 in the CRM, 100 in the ERP",
        ),
        (
            "UPDATE account_statement_line SET amount = 122.99",
            "bottlecrm:a: paid is 123.00 in the CRM, 122.99 in the ERP",
        ),
    ],
)
def test_a_cent_between_crm_and_erp_is_seen(
    places: Mapping[str, Place], sql: str, found: str
) -> None:
    write(places["tryton"], sql)
    counted = count(places)
    assert counted.differing[0] == found
    assert not counted.is_clean


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE account_move_line SET reconciliation = NULL WHERE id = 40",
        "UPDATE account_move_line SET reconciliation = 2 WHERE id = 40",
        "DELETE FROM account_statement_line",
    ],
)
def test_an_invoice_that_is_paid_without_its_money_is_seen(
    places: Mapping[str, Place], sql: str
) -> None:
    write(places["tryton"], sql)
    assert count(places).differing == (
        "bottlecrm:a: paid is 123.00 in the CRM, 0 in the ERP",
        "invoice cw:acme:bottlecrm:a:m1:r1 is paid: 0 of 123 came in or was credited",
    )


@pytest.mark.parametrize(
    "sql",
    [
        'DELETE FROM "account_invoice-account_move_line" WHERE line = 30',
        """UPDATE "account_invoice-account_move_line" SET invoice = 1 WHERE line = 30;
        UPDATE account_move_line SET reconciliation = NULL WHERE id = 10""",
    ],
)
def test_a_credit_note_that_is_not_set_off_against_its_invoice_is_seen(
    places: Mapping[str, Place], sql: str
) -> None:
    write(places["tryton"], sql)
    note = "credit note cw:acme:bottlecrm:a:m2:r1:credit is set off against no invoice of its own"
    assert note in count(places).differing


def test_a_credit_note_over_all_that_is_open_settles_its_invoice(
    places: Mapping[str, Place],
) -> None:
    """Then both are reconciled, and neither is a payment of the other."""
    full = """
        UPDATE account_invoice SET untaxed_amount_cache = 100, total_amount_cache = 123
            WHERE id = 2;
        UPDATE account_invoice SET state = 'paid' WHERE id IN (2, 3);
        DELETE FROM "account_invoice-account_move_line" WHERE line = 30;
        UPDATE account_move_line SET reconciliation = 9 WHERE id IN (20, 30);
    """
    write(places["tryton"], full)
    figures = """UPDATE opportunity
        SET custom_fields = custom_fields || '{"cashward_billed": "200.00"}' WHERE id = 'a'"""
    write(places["bottlecrm"], figures)
    counted = count(places)
    assert counted.is_clean, counted
    assert (counted.invoices_paid, counted.credit_notes) == (2, 1)


def test_a_draft_is_left_over(places: Mapping[str, Place]) -> None:
    sql = """INSERT INTO account_invoice VALUES
        (6, 'out', 'cw:acme:bottlecrm:a:m3:r1', 'draft', '', NULL, 1, 5, 5)"""
    write(places["tryton"], sql)
    counted = count(places)
    assert (counted.drafts_left, counted.is_clean) == (1, False)
