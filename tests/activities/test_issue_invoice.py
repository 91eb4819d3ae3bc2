"""A draft is compared, gets the dates of its issue, and becomes a document."""

from datetime import date
from decimal import Decimal

import pytest

from activities.issue_invoice import IssueInvoiceOperation
from connectors.memory import MemoryWorld
from connectors.memory.erp import MemoryInvoicing
from domain.customer import Candidate
from domain.ids import ExternalId
from domain.invoice import DraftInvoice, InvoiceDates, InvoiceStatus, IssueInvoice
from domain.refusal import Refusal
from tests.contracts.erp_harness import draft, line, ticket
from tests.references import OURS

DECEMBER = InvoiceDates(
    issued_on=date(2026, 12, 1), due_on=date(2026, 12, 31), supplied_on=date(2026, 11, 24)
)


async def drafted(world: MemoryWorld) -> tuple[MemoryInvoicing, DraftInvoice, ExternalId]:
    customer = ExternalId("C1")
    world.customers[customer] = Candidate(id=customer, name="Acme")
    invoicing, command = MemoryInvoicing(world, OURS), draft(customer)
    made = await invoicing.draft_invoice.do(command, ticket("i"))
    return invoicing, command, made.id


async def test_a_draft_that_waited_gets_the_dates_of_the_day_of_issue() -> None:
    invoicing, command, invoice = await drafted(MemoryWorld())
    order = IssueInvoice(draft=command.model_copy(update={"dates": DECEMBER}), invoice=invoice)
    await IssueInvoiceOperation(invoicing).do(order, ticket("issue"))
    read = await invoicing.read_invoice(invoice)
    assert (read.status, read.is_dated(DECEMBER)) == (InvoiceStatus.ISSUED, True)


async def test_an_issued_invoice_that_is_issued_again_keeps_its_dates() -> None:
    invoicing, command, invoice = await drafted(MemoryWorld())
    await invoicing.issue(invoice)
    order = IssueInvoice(draft=command.model_copy(update={"dates": DECEMBER}), invoice=invoice)
    await IssueInvoiceOperation(invoicing).do(order, ticket("issue"))
    assert (await invoicing.read_invoice(invoice)).is_dated(command.dates)


async def test_a_draft_that_somebody_changed_is_refused_naming_the_line_and_stays() -> None:
    world = MemoryWorld()
    invoicing, command, invoice = await drafted(world)
    asked = command.model_copy(
        update={"dates": DECEMBER, "lines": (*command.lines, line("Travel", "80.00"))}
    )
    order = IssueInvoice(draft=asked, invoice=invoice)
    with pytest.raises(Refusal, match=r"line 2 reads nothing, expected 80\.00 EUR at S 23 %"):
        await IssueInvoiceOperation(invoicing).do(order, ticket("issue"))
    read = await invoicing.read_invoice(invoice)
    assert (read.status, read.is_dated(command.dates)) == (InvoiceStatus.DRAFT, True)


async def test_a_draft_that_somebody_gave_another_customer_is_refused_and_stays() -> None:
    world = MemoryWorld()
    invoicing, command, invoice = await drafted(world)
    other = {"customer": ExternalId("C2")}
    world.keep((await invoicing.read_invoice(invoice)).model_copy(update=other))
    order = IssueInvoice(draft=command, invoice=invoice)
    with pytest.raises(Refusal, match="is for customer C2 and not for C1"):
        await IssueInvoiceOperation(invoicing).do(order, ticket("issue"))
    assert (await invoicing.read_invoice(invoice)).status is InvoiceStatus.DRAFT


async def test_an_order_is_the_same_whatever_its_words_and_dates_but_not_its_taxes() -> None:
    _, command, _ = await drafted(MemoryWorld())
    (only,) = command.lines
    renamed = only.model_copy(update={"description": "Another name"})
    again = command.model_copy(update={"dates": DECEMBER, "lines": (renamed,)})
    assert again.identity() == command.identity()
    reduced = only.tax.model_copy(update={"rate": Decimal(5)})
    other = command.model_copy(update={"lines": (only.model_copy(update={"tax": reduced}),)})
    assert other.identity() != command.identity()
