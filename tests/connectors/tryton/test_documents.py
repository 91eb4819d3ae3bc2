"""Our documents in Tryton: rounding, dates, rates, corrections by hand."""

from datetime import UTC, date, datetime

import pytest

from domain.ids import ExternalId
from domain.invoice import DraftInvoice, Invoice, InvoiceDates, InvoiceStatus
from domain.money import Money
from ports.failures import Rejected
from tests.contracts.erp_harness import VAT, crediting, customer, draft, issued, ticket
from tests.contracts.tryton import TrytonHarness

pytestmark = pytest.mark.real

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
EUR_100 = Money.of(100, "EUR")


async def posted(tryton: TrytonHarness, command: DraftInvoice) -> Invoice:
    made = await tryton.invoicing.draft_invoice.do(command, ticket(command.subject))
    await tryton.invoicing.issue(made.id)
    return await tryton.invoicing.read_invoice(made.id)


def dates(issued_on: date, due_on: date) -> InvoiceDates:
    return InvoiceDates(issued_on=issued_on, due_on=due_on, supplied_on=issued_on)


async def changed(tryton: TrytonHarness, since: datetime = LONG_AGO) -> list[Invoice]:
    return [each.invoice for each in await tryton.invoicing.changed_since(since)]


async def test_half_a_cent_of_tax_goes_up_though_tryton_rounds_it_to_even(
    tryton: TrytonHarness,
) -> None:
    net = Money.of("1.50", "EUR")
    invoice = await posted(tryton, draft(await customer(tryton), net))
    assert (invoice.tax, invoice.gross) == (Money.of("0.35", "EUR"), Money.of("1.85", "EUR"))
    command = crediting(invoice, await customer(tryton), net)
    await tryton.invoicing.credit_invoice.do(command, ticket("n"))
    read = await tryton.invoicing.read_invoice(invoice.id)
    assert (read.status, read.credited) == (InvoiceStatus.PAID, invoice.gross)


async def test_a_due_date_in_the_past_is_posted_as_it_is(tryton: TrytonHarness) -> None:
    command = draft(await customer(tryton))
    late = dates(date(2026, 10, 1), date(2026, 10, 15))
    invoice = await posted(tryton, command.model_copy(update={"dates": late}))
    assert invoice.is_dated(late)


async def test_a_foreign_invoice_is_paid_in_full_whatever_the_rate_did(
    tryton: TrytonHarness,
) -> None:
    command = draft(await customer(tryton), Money.of("25000.10", "CZK"))
    last_year = {"dates": dates(date(2025, 12, 15), date(2026, 1, 15))}
    invoice = await posted(tryton, command.model_copy(update=last_year))
    part = Money.of("10000.07", "CZK")
    await tryton.pay(invoice.id, part)
    read = await tryton.invoicing.read_invoice(invoice.id)
    assert (read.status, read.paid) == (InvoiceStatus.ISSUED, part)
    await tryton.pay(invoice.id, read.outstanding)
    read = await tryton.invoicing.read_invoice(invoice.id)
    assert (read.status, read.paid) == (InvoiceStatus.PAID, invoice.gross)
    assert read.outstanding == read.credited == Money.zero("CZK")


async def test_a_foreign_invoice_is_credited_in_full_whatever_the_rate_did(
    tryton: TrytonHarness,
) -> None:
    command = draft(await customer(tryton), Money.of("25000.10", "CZK"))
    last_year = {"dates": dates(date(2025, 12, 15), date(2026, 1, 15))}
    invoice = await posted(tryton, command.model_copy(update=last_year))
    credit = crediting(invoice, command.customer, invoice.net)
    await tryton.invoicing.credit_invoice.do(credit, ticket("n"))
    read = await tryton.invoicing.read_invoice(invoice.id)
    assert (read.status, read.credited) == (InvoiceStatus.PAID, invoice.gross)
    assert read.paid == Money.zero("CZK")


async def test_a_payment_and_a_credit_are_distinguished(tryton: TrytonHarness) -> None:
    invoice = await issued(tryton)
    command = crediting(invoice, await customer(tryton), EUR_100)
    await tryton.invoicing.credit_invoice.do(command, ticket("n"))
    open_still = (await tryton.invoicing.read_invoice(invoice.id)).outstanding
    await tryton.pay(invoice.id, open_still)
    read = await tryton.invoicing.read_invoice(invoice.id)
    assert (read.status, read.paid) == (InvoiceStatus.PAID, open_still)
    assert read.credited == EUR_100 + EUR_100.share(VAT.rate)


async def test_a_payment_that_bounces_is_reported_and_opens_the_invoice_again(
    tryton: TrytonHarness,
) -> None:
    invoice = await issued(tryton)
    await tryton.pay(invoice.id, invoice.gross)
    (paid,) = await tryton.invoicing.changed_since(LONG_AGO)
    assert paid.invoice.status is InvoiceStatus.PAID
    await tryton.accountant.unpay(int(invoice.id))
    (change,) = await tryton.invoicing.changed_since(paid.changed_at)
    assert change.changed_at > paid.changed_at
    assert change.invoice.status is InvoiceStatus.ISSUED


async def test_a_part_payment_of_a_statement_that_is_given_up_is_read_as_none(
    tryton: TrytonHarness,
) -> None:
    invoice = await issued(tryton)
    statement = await tryton.bank.note_payment(int(invoice.id), "100", number="BANK-9")
    assert (await tryton.invoicing.read_invoice(invoice.id)).paid == EUR_100
    await tryton.accountant.call("model.account.statement.cancel", [statement])
    assert await tryton.invoicing.read_invoice(invoice.id) == invoice


async def test_a_part_payment_whose_move_is_cancelled_is_reported(tryton: TrytonHarness) -> None:
    invoice = await issued(tryton)
    await tryton.pay(invoice.id, EUR_100)
    (paid,) = await tryton.invoicing.changed_since(LONG_AGO)
    wanted = [["state", "=", "posted"], ["origin", "like", "account.statement,%"]]
    (move,) = await tryton.accountant.read("account.move", wanted, "id")
    form = {"description": "bounced", "reversal": True}
    await tryton.accountant.wizard(
        "account.move.cancel", "account.move", [move["id"]], "cancel", **form
    )
    assert (await tryton.invoicing.read_invoice(invoice.id)).paid == Money.zero("EUR")
    (change,) = await tryton.invoicing.changed_since(paid.changed_at)
    assert change.changed_at > paid.changed_at


async def test_an_invoice_that_an_accountant_credited_is_gone_and_credited(
    tryton: TrytonHarness,
) -> None:
    invoice = await issued(tryton)
    await tryton.accountant.credit(int(invoice.id))
    read = await tryton.invoicing.read_invoice(invoice.id)
    assert (read.status, read.credited) == (InvoiceStatus.GONE, invoice.gross)
    assert await changed(tryton) == [read]
    with pytest.raises(Rejected, match="gone"):
        await tryton.invoicing.issue(invoice.id)
    command = crediting(invoice, await customer(tryton), EUR_100)
    with pytest.raises(Rejected):
        await tryton.invoicing.credit_invoice.do(command, ticket("n"))


async def test_a_draft_that_an_accountant_validated_is_still_taken_back(
    tryton: TrytonHarness,
) -> None:
    command = draft(await customer(tryton))
    made = await tryton.invoicing.draft_invoice.do(command, ticket("i"))
    await tryton.accountant.call("model.account.invoice.validate_invoice", [int(made.id)])
    assert (await tryton.invoicing.read_invoice(made.id)).status is InvoiceStatus.DRAFT
    await tryton.invoicing.draft_invoice.undo(command, made)
    assert not await tryton.invoicing.draft_invoice.find(command)


async def test_our_credit_notes_are_not_returned_as_invoices(tryton: TrytonHarness) -> None:
    invoice = await issued(tryton)
    command = crediting(invoice, await customer(tryton), EUR_100)
    await tryton.invoicing.credit_invoice.do(command, ticket("n"))
    assert [each.id for each in await changed(tryton)] == [invoice.id]


async def test_an_amount_that_an_accountant_changed_is_seen(tryton: TrytonHarness) -> None:
    command = draft(await customer(tryton))
    made = await tryton.invoicing.draft_invoice.do(command, ticket("i"))
    lines = [["invoice", "=", int(made.id)]]
    (line,) = await tryton.accountant.read("account.invoice.line", lines, "id")
    price = {"unit_price": {"__class__": "Decimal", "decimal": "1000"}}
    change = {"lines": [["write", [line["id"]], price]]}
    await tryton.accountant.call("model.account.invoice.write", [int(made.id)], change)
    read = await tryton.invoicing.read_invoice(made.id)
    assert (read.net, read.tax) == (Money.of(1000, "EUR"), Money.of(230, "EUR"))


async def test_a_user_who_may_not_see_the_books_learns_what_to_ask_for(
    tryton: TrytonHarness,
) -> None:
    async with tryton.opened(user="nobody", password=tryton.place.credentials["nobody"]) as roles:
        assert roles.invoicing
        with pytest.raises(Rejected):
            await roles.invoicing.read_invoice(ExternalId("1"))
