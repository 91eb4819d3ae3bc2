"""What every ERP must do with credits: made once, never above the outstanding amount, kept."""

import pytest

from connectors.memory import Fault
from domain.money import Money
from ports.failures import Rejected, Uncertain
from tests.contracts.erp_harness import (
    EUR_100,
    NOBODY,
    VAT,
    ErpHarness,
    crediting,
    customer,
    invoicing,
    issued,
    ticket,
)


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
