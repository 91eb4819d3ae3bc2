"""A whole deal at Xero, with the calls of our connector and of people, and their failures."""

from contextlib import suppress
from datetime import UTC, date, datetime

from connectors.common import Roles
from connectors.memory import Fault
from domain.company import Account
from domain.ids import AccountId, ExternalId
from domain.invoice import Invoice
from domain.money import Money
from ports.failures import ConnectorFailure
from tests.contracts.erp_harness import (
    ACCOUNT,
    DATES,
    NOBODY,
    crediting,
    draft,
    opening,
    ticket,
)
from tests.contracts.xero import XeroHarness

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def live(erp: XeroHarness) -> None:
    await erp.invoicing.probe()
    customer = await _open(erp)
    invoice = await _bill(erp, customer)
    await _settle(erp, invoice, customer)
    await _go_wrong(erp, customer)


async def _open(erp: XeroHarness) -> ExternalId:
    change = erp.customers.open_customer
    first = await change.do(opening(), ticket("c"))
    await change.undo(opening(), first)
    made = await change.do(opening(), ticket("c", attempt=2, generation=2))
    assert await change.find(opening())
    alike = Account(id=AccountId("505"), name="Hronské Čerpadlá", country="SK")
    for account in (ACCOUNT, alike):
        assert await erp.customers.find_customers(account)
    return made.id


async def _bill(erp: XeroHarness, customer: ExternalId) -> Invoice:
    change = erp.invoicing.draft_invoice
    spare = draft(customer, charge="m2")
    stray = await change.do(spare, ticket("m2"))
    await change.undo(spare, stray)
    command = draft(customer)
    made = await change.do(command, ticket("m1"))
    assert await change.find(command)
    for supplied_on in (date(2026, 11, 20), DATES.issued_on):
        dates = DATES.model_copy(update={"supplied_on": supplied_on})
        await erp.invoicing.set_dates(made.id, dates)
    await erp.invoicing.issue(made.id)
    return await erp.invoicing.read_invoice(made.id)


async def _settle(erp: XeroHarness, invoice: Invoice, customer: ExternalId) -> None:
    command = crediting(invoice, customer, Money.of(100, "EUR"))
    credit = await erp.invoicing.credit_invoice.do(command, ticket("k"))
    assert await erp.invoicing.credit_invoice.find(command)
    with suppress(ConnectorFailure):  # what is issued stays in the books
        await erp.invoicing.credit_invoice.undo(command, credit)
    await erp.pay(invoice.id, Money.of(500, "EUR"))
    await erp.invoicing.read_invoice(invoice.id)
    await erp.take_payments_back(invoice.id)
    async with erp.in_small_pages() as roles:
        assert roles.invoicing
        assert await roles.invoicing.changed_since(LONG_AGO)


async def _go_wrong(erp: XeroHarness, customer: ExternalId) -> None:
    with suppress(ConnectorFailure):
        await erp.invoicing.read_invoice(NOBODY)
    with suppress(ConnectorFailure):
        await erp.invoicing.draft_invoice.do(draft(NOBODY, charge="m9"), ticket("m9"))
    for fault in (Fault.LOCKED_OUT, Fault.THROTTLED):
        async with erp.with_fault(fault) as roles:
            with suppress(ConnectorFailure):
                await _draft(roles, customer)


async def _draft(roles: Roles, customer: ExternalId) -> None:
    assert roles.invoicing
    await roles.invoicing.draft_invoice.do(draft(customer, charge="m8"), ticket("m8"))
