"""Exactly once at a vendor without unique references: drafts, posting, sessions."""

import asyncio
import re

import psycopg
import pytest

from domain.ids import ExternalId
from domain.invoice import InvoiceStatus
from ports.failures import Uncertain
from testbed.systems.common.system import Running
from tests.contracts.erp_harness import customer, draft, drafted, issued, ticket
from tests.contracts.tryton import TrytonHarness

pytestmark = pytest.mark.real

CALLERS = 8


def number(text: str) -> int:
    return int(re.findall(r"\d+", text)[-1])


async def settled(tryton: TrytonHarness, *issuing: ExternalId) -> None:
    """Issue them all at once; repeat those that were not served, one after the other."""
    calls = [tryton.invoicing.issue(invoice) for invoice in issuing]
    for outcome in await asyncio.gather(*calls, return_exceptions=True):
        assert outcome is None or isinstance(outcome, Uncertain), outcome
    for invoice in issuing:
        await tryton.invoicing.issue(invoice)


async def test_eight_callers_who_post_one_invoice_make_one_number_and_one_move(
    tryton: TrytonHarness,
) -> None:
    invoice = await drafted(tryton)
    await settled(tryton, *[invoice] * CALLERS)
    (row,) = await tryton.rows(invoice)
    moves = await tryton.accountant.read(
        "account.move", [["origin", "=", f"account.invoice,{invoice}"]], "id"
    )
    assert [move["id"] for move in moves] == [row["move"]]
    after = await issued(tryton, "m2")
    assert number(after.number) == number(row["number"]) + 1


async def test_eight_invoices_posted_at_once_get_eight_numbers_in_a_row(
    tryton: TrytonHarness,
) -> None:
    invoices = [await drafted(tryton, f"m{index}") for index in range(CALLERS)]
    await settled(tryton, *invoices)
    read = [await tryton.invoicing.read_invoice(invoice) for invoice in invoices]
    assert all(invoice.status is InvoiceStatus.ISSUED for invoice in read)
    numbers = sorted(number(invoice.number) for invoice in read)
    assert numbers == list(range(numbers[0], numbers[0] + CALLERS))


async def test_of_two_drafts_the_issued_and_then_the_older_is_elected(
    tryton: TrytonHarness,
) -> None:
    command = draft(await customer(tryton))
    first = await tryton.invoicing.draft_invoice.do(command, ticket("i"))
    second = await tryton.invoicing.draft_invoice.do(command, ticket("i", attempt=2))
    found = await tryton.invoicing.draft_invoice.find(command)
    assert [made.id for made in found] == [first.id, second.id]
    await tryton.invoicing.issue(second.id)
    found = await tryton.invoicing.draft_invoice.find(command)
    assert [made.id for made in found] == [second.id, first.id]


async def test_a_session_that_tryton_let_go_is_opened_again(
    tryton: TrytonHarness, running: Running
) -> None:
    invoice = await drafted(tryton)
    async with await psycopg.AsyncConnection.connect(running.place.database) as connection:
        await connection.execute(
            "UPDATE ir_session SET create_date = '2026-01-01', write_date = NULL"
        )
    await tryton.invoicing.issue(invoice)
    assert (await tryton.invoicing.read_invoice(invoice)).status is InvoiceStatus.ISSUED


async def test_what_was_posted_survives_a_power_cut(
    tryton: TrytonHarness, running: Running
) -> None:
    invoice = await issued(tryton)
    await running.restart()
    assert await tryton.invoicing.read_invoice(invoice.id) == invoice
