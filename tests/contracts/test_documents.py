"""What every ERP must do with lines, taxes, dates and payments: take them, and say them again."""

from datetime import date, timedelta

import pytest

from connectors.memory import Fault
from domain.document import compare, tax_totals
from domain.invoice import DocumentLine, InvoiceDates, InvoiceLine, InvoiceStatus
from domain.money import Money
from ports.failures import Rejected, Uncertain
from tests.contracts.erp_harness import (
    DATES,
    EUR_100,
    ErpHarness,
    customer,
    draft,
    drafted,
    invoicing,
    issued,
    issued_over,
    line,
    ordered,
    ticket,
)
from tests.contracts.orders import ADVANCE, ORDERS, REDUCED, TIME

LATER = InvoiceDates(
    issued_on=date(2026, 12, 1), due_on=date(2026, 12, 31), supplied_on=date(2026, 11, 20)
)


@pytest.mark.parametrize("lines", ORDERS.values(), ids=ORDERS)
async def test_lines_and_the_tax_of_each_rate_read_back_to_the_cent(
    erp: ErpHarness, lines: tuple[InvoiceLine, ...]
) -> None:
    read = await issued_over(erp, *lines)
    assert compare(lines, read, erp.invoicing.tax_rounding) == ()
    assert set(read.taxes) == set(tax_totals(lines, erp.invoicing.tax_rounding))
    assert Money.total((each.net for each in read.lines), "EUR") == read.net
    assert read.net + read.tax == read.gross == read.outstanding


async def test_quantities_prices_and_words_of_lines_read_back(erp: ErpHarness) -> None:
    read = await issued_over(erp, *TIME)
    assert read.lines == tuple(map(DocumentLine.of, TIME))


async def test_an_advance_is_deducted_with_tax_of_its_own(erp: ErpHarness) -> None:
    read = await issued_over(erp, *ADVANCE)
    assert (read.net, read.tax) == (Money.of(2800, "EUR"), Money.of(644, "EUR"))


async def test_an_invoice_below_zero_is_refused_and_leaves_nothing(erp: ErpHarness) -> None:
    command = ordered(await customer(erp), line("Work", "10.00"), line("Advance", "-10.01"))
    with pytest.raises(Rejected):
        await erp.invoicing.draft_invoice.do(command, ticket("i"))
    assert not await erp.invoicing.draft_invoice.find(command)


async def test_a_line_that_an_accountant_changed_is_named_in_words(erp: ErpHarness) -> None:
    invoice = await drafted(erp)
    await erp.reprice(invoice, Money.of("999.99", "EUR"))
    read = await erp.invoicing.read_invoice(invoice)
    lines = draft(await customer(erp)).lines
    parts = [str(each) for each in compare(lines, read, erp.invoicing.tax_rounding)]
    assert parts[0] == "line 1 reads 999.99 EUR at S 23 %, expected 1,033.33 EUR at S 23 %"
    assert parts[1].startswith("S 23 % reads 999.99 EUR + 230.00 EUR tax")


async def test_payments_read_one_by_one(erp: ErpHarness) -> None:
    invoice = await issued(erp)
    amounts = [EUR_100, Money.of("0.01", "EUR"), EUR_100]
    for amount in amounts:
        await erp.pay(invoice.id, amount)
    read = await erp.invoicing.read_invoice(invoice.id)
    assert [each.amount for each in read.payments] == amounts
    assert len({each.id for each in read.payments}) == len(amounts)
    assert all(each.paid_on for each in read.payments)
    assert read.paid == Money.of("200.01", "EUR")


async def test_a_payment_that_is_taken_back_opens_the_invoice_again(erp: ErpHarness) -> None:
    invoice = await issued(erp)
    await erp.pay(invoice.id, invoice.gross)
    paid = await erp.invoicing.read_invoice(invoice.id)
    assert (paid.status, paid.outstanding) == (InvoiceStatus.PAID, Money.zero("EUR"))
    await erp.take_payments_back(invoice.id)
    assert await erp.invoicing.read_invoice(invoice.id) == invoice


async def test_a_draft_gets_other_dates_and_nothing_else_changes(erp: ErpHarness) -> None:
    command = ordered(await customer(erp), *ADVANCE, line("Books", "0.50", REDUCED))
    made = await erp.invoicing.draft_invoice.do(command, ticket("i"))
    before = await erp.invoicing.read_invoice(made.id)
    for dates in (LATER, LATER, DATES, LATER):
        await erp.invoicing.set_dates(made.id, dates)
        read = await erp.invoicing.read_invoice(made.id)
        assert read.is_dated(dates)
        assert read.model_copy(update=dict(DATES)) == before
    await erp.invoicing.issue(made.id)
    read = await erp.invoicing.read_invoice(made.id)
    assert read.is_dated(LATER)
    assert compare(command.lines, read, erp.invoicing.tax_rounding) == ()


async def test_a_document_keeps_its_dates(erp: ErpHarness) -> None:
    invoice = await issued(erp)
    with pytest.raises(Rejected):
        await erp.invoicing.set_dates(invoice.id, LATER)
    assert await erp.invoicing.read_invoice(invoice.id) == invoice


async def test_a_draft_keeps_its_own_date_of_supply(erp: ErpHarness) -> None:
    command = draft(await customer(erp)).model_copy(update={"dates": LATER})
    made = await erp.invoicing.draft_invoice.do(command, ticket("i"))
    assert (await erp.invoicing.read_invoice(made.id)).is_dated(LATER)


async def test_dates_whose_answer_is_lost_are_set_again_without_harm(erp: ErpHarness) -> None:
    invoice = await drafted(erp)
    async with erp.with_fault(Fault.LOST_REPLY) as roles:
        with pytest.raises(Uncertain):
            await invoicing(roles).set_dates(invoice, LATER)
    await erp.invoicing.set_dates(invoice, LATER)
    read = await erp.invoicing.read_invoice(invoice)
    assert (read.status, read.is_dated(LATER)) == (InvoiceStatus.DRAFT, True)


async def test_a_draft_that_waited_is_issued_after_a_younger_one(erp: ErpHarness) -> None:
    waiting = await drafted(erp, "m1")
    command = draft(await customer(erp), charge="m2")
    tomorrow = DATES.issued_on + timedelta(days=1)
    dates = DATES.model_copy(update={"issued_on": tomorrow})
    younger = await erp.invoicing.draft_invoice.do(
        command.model_copy(update={"dates": dates}), ticket("m2")
    )
    await erp.invoicing.issue(younger.id)
    await erp.invoicing.set_dates(waiting, dates)
    await erp.invoicing.issue(waiting)
    read = await erp.invoicing.read_invoice(waiting)
    assert (read.status, read.is_dated(dates)) == (InvoiceStatus.ISSUED, True)
