"""Credit notes follow Tryton's own procedure, once and to the cent."""

from typing import Any

import pytest

from domain.ids import ExternalId
from domain.invoice import Invoice, InvoiceStatus
from domain.money import Money
from ports.failures import Uncertain
from testbed.systems.common.exchange import Request
from testbed.systems.common.proxy import Fault
from testbed.systems.tryton.requests import changes, method_of
from tests.contracts.erp_harness import (
    VAT,
    credit_of,
    crediting,
    customer,
    issued,
    line,
    ordered,
    ticket,
)
from tests.contracts.tryton import TrytonHarness
from tests.references import OURS

pytestmark = pytest.mark.real

EUR_100 = Money.of(100, "EUR")
HALVES = (line("First half", "0.50"), line("Second half", "1.00"))
WIZARD = "wizard.account.invoice.credit.execute"
STEPS = (
    WIZARD,
    "model.account.invoice.write",
    "model.account.invoice.post",
    "wizard.account.move.reconcile_lines.execute",
)
NOTE = ("reference", "number", "state", "description", "total_amount", "lines.origin")


async def notes_of(tryton: TrytonHarness, invoice: ExternalId) -> list[dict[str, Any]]:
    """Return all that credits the invoice, by the origin of its lines, as Tryton does."""
    credits_it = [["origin_invoices", "=", int(invoice)]]
    return await tryton.accountant.read("account.invoice", credits_it, *NOTE)


async def of_two_lines(tryton: TrytonHarness) -> Invoice:
    """Issue an invoice with half a cent of tax, which Tryton would round to the even cent."""
    command = ordered(await customer(tryton), *HALVES)
    made = await tryton.invoicing.draft_invoice.do(command, ticket("i"))
    await tryton.invoicing.issue(made.id)
    return await tryton.invoicing.read_invoice(made.id)


def broken_off(tryton: TrytonHarness, method: str) -> None:
    """Lose the reply of the next call of this method."""

    def is_it(request: Request) -> bool:
        return changes(request) and method_of(request) == method

    tryton.proxy.once(Fault.LOST_REPLY, is_it)


def calls(tryton: TrytonHarness, method: str) -> int:
    return [method_of(each.request) for each in tryton.proxy.seen].count(method)


async def test_a_full_credit_goes_by_the_wizard_and_names_its_invoice_as_tryton_does(
    tryton: TrytonHarness,
) -> None:
    invoice = await of_two_lines(tryton)
    command = credit_of(invoice, await customer(tryton), *HALVES)
    await tryton.invoicing.credit_invoice.do(command, ticket("n"))
    lines = [["invoice", "=", int(invoice.id)]]
    credited = await tryton.accountant.read("account.invoice.line", lines, "id")
    (note,) = await notes_of(tryton, invoice.id)
    assert calls(tryton, WIZARD) == 1
    assert {line["origin"] for line in note["lines."]} == {
        f"account.invoice.line,{line['id']}" for line in credited
    }
    assert (note["reference"], note["number"][:3]) == (OURS.of(command.subject), "CN/")
    assert invoice.number in note["description"]
    assert command.reason in note["description"]


async def test_a_full_credit_is_to_the_cent_and_leaves_the_invoice_paid(
    tryton: TrytonHarness,
) -> None:
    invoice = await of_two_lines(tryton)
    command = credit_of(invoice, await customer(tryton), *HALVES)
    await tryton.invoicing.credit_invoice.do(command, ticket("n"))
    (note,) = await notes_of(tryton, invoice.id)
    assert (note["state"], note["total_amount"]["decimal"]) == ("paid", "-1.85")
    read = await tryton.invoicing.read_invoice(invoice.id)
    assert (read.status, read.credited) == (InvoiceStatus.PAID, invoice.gross)


async def test_a_full_credit_that_is_asked_for_twice_is_made_once(tryton: TrytonHarness) -> None:
    invoice = await issued(tryton)
    command = crediting(invoice, await customer(tryton), invoice.net)
    first = await tryton.invoicing.credit_invoice.do(command, ticket("n"))
    again = await tryton.invoicing.credit_invoice.do(command, ticket("n", attempt=2))
    assert again == first
    assert [note["id"] for note in await notes_of(tryton, invoice.id)] == [int(first.id)]


@pytest.mark.parametrize("step", STEPS)
async def test_a_full_credit_that_broke_off_anywhere_goes_on_with_the_same_note(
    tryton: TrytonHarness, step: str
) -> None:
    invoice = await of_two_lines(tryton)
    command = credit_of(invoice, await customer(tryton), *HALVES)
    broken_off(tryton, step)
    with pytest.raises(Uncertain):
        await tryton.invoicing.credit_invoice.do(command, ticket("n"))
    (begun,) = await notes_of(tryton, invoice.id)
    made = await tryton.invoicing.credit_invoice.do(command, ticket("n", attempt=2))
    (note,) = await notes_of(tryton, invoice.id)
    assert note["id"] == begun["id"] == int(made.id)
    assert (note["state"], note["total_amount"]["decimal"]) == ("paid", "-1.85")


async def test_a_note_that_an_accountant_has_in_hand_stays_theirs(tryton: TrytonHarness) -> None:
    invoice = await issued(tryton)
    form = {"with_refund": False, "with_refund_allowed": True, "invoice_date": None}
    at, ids = "account.invoice", [int(invoice.id)]
    await tryton.accountant.wizard("account.invoice.credit", at, ids, "credit", **form)
    (theirs,) = await notes_of(tryton, invoice.id)
    command = crediting(invoice, await customer(tryton), invoice.net)
    made = await tryton.invoicing.credit_invoice.do(command, ticket("n"))
    assert int(made.id) != theirs["id"]
    assert theirs in await notes_of(tryton, invoice.id)


async def test_a_part_is_credited_by_an_invoice_below_zero_whose_line_names_the_credited_one(
    tryton: TrytonHarness,
) -> None:
    invoice = await issued(tryton)
    command = crediting(invoice, await customer(tryton), EUR_100)
    await tryton.invoicing.credit_invoice.do(command, ticket("n"))
    (note,) = await notes_of(tryton, invoice.id)
    assert calls(tryton, WIZARD) == 0
    assert (note["number"][:3], note["total_amount"]["decimal"]) == ("CN/", "-123.00")


@pytest.mark.parametrize("step", ["create", "post", "write"])
async def test_a_credit_that_broke_off_anywhere_goes_on(tryton: TrytonHarness, step: str) -> None:
    invoice = await issued(tryton)
    command = crediting(invoice, await customer(tryton), EUR_100)
    broken_off(tryton, f"model.account.invoice.{step}")
    change = tryton.invoicing.credit_invoice
    with pytest.raises(Uncertain):
        await change.do(command, ticket("n"))
    found = await change.find(command)
    made = found[0] if found else await change.do(command, ticket("n", attempt=2))
    assert [each.id for each in await change.find(command)] == [made.id]
    notes = [["reference", "=", OURS.of(command.subject)]]
    assert len(await tryton.accountant.read("account.invoice", notes, "id")) == 1
    read = await tryton.invoicing.read_invoice(invoice.id)
    assert read.credited == EUR_100 + EUR_100.share(VAT.rate)


async def test_a_full_credit_whose_closing_is_lost_is_found(tryton: TrytonHarness) -> None:
    invoice = await issued(tryton)
    command = crediting(invoice, await customer(tryton), invoice.net)
    broken_off(tryton, "wizard.account.move.reconcile_lines.execute")
    with pytest.raises(Uncertain):
        await tryton.invoicing.credit_invoice.do(command, ticket("n"))
    assert len(await tryton.invoicing.credit_invoice.find(command)) == 1
    read = await tryton.invoicing.read_invoice(invoice.id)
    assert (read.status, read.credited) == (InvoiceStatus.PAID, invoice.gross)


async def test_of_two_drafts_of_a_credit_one_becomes_a_document(tryton: TrytonHarness) -> None:
    invoice = await issued(tryton)
    command = crediting(invoice, await customer(tryton), EUR_100)
    broken_off(tryton, "model.account.invoice.create")
    with pytest.raises(Uncertain):
        await tryton.invoicing.credit_invoice.do(command, ticket("n"))
    notes = [["reference", "=", OURS.of(command.subject)]]
    (only,) = await tryton.accountant.read("account.invoice", notes, "id")
    (copy,) = await tryton.accountant.call("model.account.invoice.copy", [only["id"]], {})
    twin = {"reference": OURS.of(command.subject)}
    await tryton.accountant.call("model.account.invoice.write", [copy], twin)
    made = await tryton.invoicing.credit_invoice.do(command, ticket("n", attempt=2))
    assert int(made.id) == only["id"]
    assert await tryton.accountant.read("account.invoice", notes, "id") == [only]
