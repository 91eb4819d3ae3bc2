"""What every ERP must do with credits: made once, never above the outstanding amount, kept."""

from datetime import UTC, datetime

import pytest

from connectors.memory import Fault
from domain.credit import exact_credit
from domain.document import compare, tax_totals
from domain.ids import Subject
from domain.invoice import DocumentLine, InvoiceLine, InvoiceStatus
from domain.money import Money
from ports.failures import Rejected, Uncertain
from tests.contracts.erp_harness import (
    DEAL,
    EUR_100,
    NOBODY,
    VAT,
    ErpHarness,
    credit_of,
    crediting,
    customer,
    invoicing,
    issued,
    issued_over,
    line,
    ticket,
)
from tests.contracts.orders import ORDERS, REDUCED, TIME
from tests.references import OURS, THEIRS

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def test_a_credit_made_twice_credits_once(erp: ErpHarness) -> None:
    invoice = await issued(erp)
    command = crediting(invoice, await customer(erp), EUR_100)
    first = await erp.invoicing.credit_invoice.do(command, ticket("n"))
    second = await erp.invoicing.credit_invoice.do(command, ticket("n", attempt=2, generation=2))
    assert first.id == second.id
    assert [made.id for made in await erp.invoicing.credit_invoice.find(command)] == [first.id]
    read = await erp.invoicing.read_invoice(invoice.id)
    assert read.credited == EUR_100 + EUR_100.share(VAT.rate)
    assert read.outstanding == invoice.gross - read.credited


async def test_a_full_credit_leaves_nothing_to_pay(erp: ErpHarness) -> None:
    invoice = await issued(erp)
    command = crediting(invoice, await customer(erp), invoice.net)
    await erp.invoicing.credit_invoice.do(command, ticket("n"))
    read = await erp.invoicing.read_invoice(invoice.id)
    assert (read.credited, read.paid) == (invoice.gross, Money.zero("EUR"))
    assert read.outstanding == Money.zero("EUR")


async def test_a_credit_larger_than_what_is_open_is_refused_and_leaves_nothing(
    erp: ErpHarness,
) -> None:
    invoice = await issued(erp)
    await erp.pay(invoice.id, EUR_100)
    command = crediting(invoice, await customer(erp), invoice.net)
    with pytest.raises(Rejected):
        await erp.invoicing.credit_invoice.do(command, ticket("n"))
    assert (await erp.invoicing.read_invoice(invoice.id)).credited == Money.zero("EUR")


async def test_a_credit_of_an_unknown_invoice_is_refused(erp: ErpHarness) -> None:
    invoice = await issued(erp)
    unknown = invoice.model_copy(update={"id": NOBODY})
    command = crediting(unknown, await customer(erp), EUR_100)
    with pytest.raises(Rejected):
        await erp.invoicing.credit_invoice.do(command, ticket("n"))
    assert not await erp.invoicing.credit_invoice.find(command)


async def test_a_credit_stays_in_the_books(erp: ErpHarness) -> None:
    invoice = await issued(erp)
    command = crediting(invoice, await customer(erp), EUR_100)
    made = await erp.invoicing.credit_invoice.do(command, ticket("n"))
    with pytest.raises(Rejected):
        await erp.invoicing.credit_invoice.undo(command, made)


async def test_a_credit_whose_answer_is_lost_is_made_exactly_once(erp: ErpHarness) -> None:
    invoice = await issued(erp)
    command = crediting(invoice, await customer(erp), EUR_100)
    async with erp.with_fault(Fault.LOST_REPLY) as roles:
        with pytest.raises(Uncertain):
            await invoicing(roles).credit_invoice.do(command, ticket("n"))
    if not await erp.invoicing.credit_invoice.find(command):
        await erp.invoicing.credit_invoice.do(command, ticket("n", attempt=2, generation=2))
    assert len(await erp.invoicing.credit_invoice.find(command)) == 1
    read = await erp.invoicing.read_invoice(invoice.id)
    assert read.credited == EUR_100 + EUR_100.share(VAT.rate)


async def test_a_credit_of_one_line_has_tax_of_its_own(erp: ErpHarness) -> None:
    invoice = await issued_over(erp, *TIME)
    assert (invoice.net, invoice.tax) == (Money.of(978, "EUR"), Money.of("224.94", "EUR"))
    command = credit_of(invoice, await customer(erp), TIME[2])
    made = await erp.invoicing.credit_invoice.do(command, ticket("n"))
    read = await erp.invoicing.read_invoice(invoice.id)
    (note,) = read.credit_notes
    assert (note.net, note.tax) == (Money.of(675, "EUR"), Money.of("155.25", "EUR"))
    assert note.allocated == note.gross == read.credited
    assert (note.id, note.reference) == (made.id, OURS.of(command.subject))
    assert compare(command.lines, note, erp.invoicing.tax_rounding) == ()
    assert note.lines == tuple(map(DocumentLine.of, command.lines))
    assert f"{invoice.number}: {command.reason}" in await erp.words(note.id)
    assert (read.credited_net, read.outstanding) == (note.net, invoice.gross - note.gross)


async def test_a_credit_of_a_part_of_a_line_leaves_the_rest(erp: ErpHarness) -> None:
    invoice = await issued_over(erp, *TIME)
    command = credit_of(invoice, await customer(erp), TIME[2].part(EUR_100))
    await erp.invoicing.credit_invoice.do(command, ticket("n"))
    read = await erp.invoicing.read_invoice(invoice.id)
    assert (read.credited_net, read.credited) == (EUR_100, EUR_100 + EUR_100.share(VAT.rate))


async def test_a_credit_of_two_rates_reads_per_rate(erp: ErpHarness) -> None:
    lines = (line("Work", "100.00"), line("Books", "40.00", REDUCED), line("More", "1.00"))
    invoice = await issued_over(erp, *lines)
    command = credit_of(invoice, await customer(erp), *lines[:2])
    await erp.invoicing.credit_invoice.do(command, ticket("n"))
    (note,) = (await erp.invoicing.read_invoice(invoice.id)).credit_notes
    assert set(note.taxes) == set(tax_totals(lines[:2], erp.invoicing.tax_rounding))
    assert note.tax == Money.of("25.00", "EUR")


@pytest.mark.parametrize("lines", ORDERS.values(), ids=ORDERS)
async def test_a_whole_credit_mirrors_every_line_and_leaves_nothing(
    erp: ErpHarness, lines: tuple[InvoiceLine, ...]
) -> None:
    invoice = await issued_over(erp, *lines)
    command = credit_of(invoice, await customer(erp), *lines)
    await erp.invoicing.credit_invoice.do(command, ticket("n"))
    read = await erp.invoicing.read_invoice(invoice.id)
    (note,) = read.credit_notes
    assert (note.net, note.tax, note.gross) == (invoice.net, invoice.tax, invoice.gross)
    assert set(note.taxes) == set(invoice.taxes)
    assert (read.credited_net, read.outstanding) == (invoice.net, Money.zero("EUR"))
    assert read.status is InvoiceStatus.PAID


async def test_each_of_several_credits_is_read_on_its_own(erp: ErpHarness) -> None:
    invoice, ours = await issued_over(erp, *TIME), await customer(erp)
    for number, credited in enumerate(TIME, start=1):
        subject = Subject(f"{DEAL}:m1:r1:credit{number}")
        command = credit_of(invoice, ours, credited).model_copy(update={"subject": subject})
        await erp.invoicing.credit_invoice.do(command, ticket(subject))
    read = await erp.invoicing.read_invoice(invoice.id)
    assert [note.net for note in read.credit_notes] == [each.net for each in TIME]
    assert len({note.id for note in read.credit_notes}) == len(TIME)
    assert (read.credited_net, read.outstanding) == (invoice.net, Money.zero("EUR"))


async def test_credits_of_all_parts_take_exactly_the_tax_of_the_invoice(erp: ErpHarness) -> None:
    parts = (line("First", "0.03"), line("Second", "0.03"), line("Third", "0.02", REDUCED))
    invoice, ours = await issued_over(erp, *parts), await customer(erp)
    for number, part in enumerate(parts, start=1):
        read = await erp.invoicing.read_invoice(invoice.id)
        command = credit_of(invoice, ours, *exact_credit([part], read))
        subject = Subject(f"{DEAL}:m1:r1:credit{number}")
        numbered = command.model_copy(update={"subject": subject})
        await erp.invoicing.credit_invoice.do(numbered, ticket(subject))
    read = await erp.invoicing.read_invoice(invoice.id)
    assert read.outstanding == Money.zero("EUR")
    assert Money.total((note.tax for note in read.credit_notes), "EUR") == invoice.tax


async def test_a_credit_of_somebody_else_is_read_with_its_lines(erp: ErpHarness) -> None:
    invoice = await issued_over(erp, *TIME)
    theirs = credit_of(invoice, await customer(erp), line("Goodwill", "100.00"))
    async with erp.of_another_installation() as roles:
        await invoicing(roles).credit_invoice.do(theirs, ticket("theirs"))
    read = await erp.invoicing.read_invoice(invoice.id)
    (note,) = read.credit_notes
    assert (note.net, note.reference) == (EUR_100, THEIRS.of(theirs.subject))
    (changed,) = await erp.invoicing.changed_since(LONG_AGO)
    assert changed.invoice == read
