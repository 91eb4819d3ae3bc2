"""The harness that the ERP suite needs, and the commands that it sends."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, timedelta
from decimal import Decimal
from typing import Protocol

from connectors.common import Roles
from connectors.memory import Fault
from domain.company import Account, Address, CompanyIds
from domain.customer import OpenCustomer
from domain.ids import AccountId, DealId, ExternalId, Subject
from domain.invoice import CreditInvoice, DraftInvoice, Invoice, InvoiceDates, InvoiceLine
from domain.money import Money
from domain.tax import TaxRule, TaxTreatment, tax_rule
from ports.erp import Customers, Invoicing
from ports.operation import Attempt
from ports.records import Records

Look = Callable[[], Awaitable[bool]]
DEAL = DealId("hubspot:7001")
NOBODY = ExternalId("6f0d3c1e-0000-4000-8000-00000000dead")
EUR_100 = Money.of(100, "EUR")
VAT = tax_rule(TaxTreatment.DOMESTIC, standard_rate=Decimal(23))
DATES = InvoiceDates(
    issued_on=date(2026, 11, 24), due_on=date(2026, 12, 24), supplied_on=date(2026, 11, 24)
)
ACCOUNT = Account(
    id=AccountId("501"),
    name="Hronské Čerpadlá s.r.o.",
    country="SK",
    ids=CompanyIds(company_id="36421936", vat_id="SK2020273893"),
    address=Address(street="Nábrežie 7", city="Banská Bystrica", postal_code="974 01"),
)


class Refused(Exception):
    """The vendor does not let a person do this."""


class ErpHarness(Protocol):
    """The two roles, and what people do at the vendor.

    With a webhook, it is a HasWebhook (`webhook_receiver.py`) as well.
    """

    @property
    def customers(self) -> Customers: ...
    @property
    def invoicing(self) -> Invoicing: ...
    @property
    def roles(self) -> Roles: ...

    async def pay(self, invoice: ExternalId, amount: Money) -> None:
        """The customer pays."""
        ...

    async def take_payments_back(self, invoice: ExternalId) -> None:
        """The bank takes back all that was paid."""
        ...

    async def void(self, invoice: ExternalId) -> None:
        """A person voids an issued invoice. Raises Refused where the vendor does not allow that."""
        ...

    async def reprice(self, draft: ExternalId, net: Money) -> None:
        """An accountant changes the net amount of the draft's only line."""
        ...

    async def words(self, credit_note: ExternalId) -> str:
        """Return what the credit note says beside its lines with an amount."""
        ...

    async def texts(self, invoice: ExternalId) -> Sequence[str]:
        """Return the words of the invoice's lines without an amount."""
        ...

    async def annotate(self, draft: ExternalId) -> Look:
        """An accountant edits a draft; the returned check says if the edit is still there."""
        ...

    async def wait(self, pause: timedelta) -> None:
        """Advance the vendor's clock by this much."""
        ...

    def with_fault(self, fault: Fault) -> AbstractAsyncContextManager[Roles]:
        """Return the roles over the same world; their next change fails in this way."""
        ...

    def of_another_installation(self) -> AbstractAsyncContextManager[Roles]:
        """Return the roles of another installation over the same account."""
        ...

    def in_small_pages(self) -> AbstractAsyncContextManager[Roles]:
        """Return the roles over the same world with small pages, if that can be set."""
        ...


def invoicing(roles: Roles) -> Invoicing:
    assert roles.invoicing
    return roles.invoicing


def records(roles: Roles) -> Records:
    assert roles.erp_records
    return roles.erp_records


def ticket(subject: str, *, attempt: int = 1, generation: int = 1) -> Attempt:
    return Attempt(
        attempt=attempt,
        generation=generation,
        idempotency_key=f"{subject}|{generation}".encode().hex()[:64],
        search_first=attempt > 1,
    )


def opening(account: Account = ACCOUNT) -> OpenCustomer:
    return OpenCustomer(
        key=account.customer_key,
        deal=DEAL,
        account=account,
        billing_email="faktury@hronske.example",
        currency="EUR",
    )


async def customer(erp: ErpHarness) -> ExternalId:
    made = await erp.customers.open_customer.do(opening(), ticket("customer"))
    return made.id


def ordered(customer: ExternalId, *lines: InvoiceLine) -> DraftInvoice:
    return draft(customer).model_copy(update={"lines": lines})


async def issued_over(erp: ErpHarness, *lines: InvoiceLine) -> Invoice:
    """Issue an invoice over these lines."""
    command = ordered(await customer(erp), *lines)
    made = await erp.invoicing.draft_invoice.do(command, ticket(command.subject))
    await erp.invoicing.issue(made.id)
    return await erp.invoicing.read_invoice(made.id)


def draft(
    customer: ExternalId, *amounts: Money, charge: str = "m1", tax: TaxRule = VAT
) -> DraftInvoice:
    nets = amounts or (Money.of("1033.33", "EUR"),)
    return DraftInvoice(
        subject=Subject(f"{DEAL}:{charge}:r1"),
        deal=DEAL,
        customer=customer,
        lines=tuple(
            InvoiceLine(description=f"Part {number}", net=net, tax=tax)
            for number, net in enumerate(nets, start=1)
        ),
        dates=DATES,
        url="https://app.hubspot.example/deal/7001",
    )


async def drafted(erp: ErpHarness, charge: str = "m1") -> ExternalId:
    command = draft(await customer(erp), charge=charge)
    return (await erp.invoicing.draft_invoice.do(command, ticket(command.subject))).id


async def issued(erp: ErpHarness, charge: str = "m1") -> Invoice:
    invoice = await drafted(erp, charge)
    await erp.invoicing.issue(invoice)
    return await erp.invoicing.read_invoice(invoice)


def line(text: str, amount: str, tax: TaxRule = VAT) -> InvoiceLine:
    return InvoiceLine(description=text, net=Money.of(amount, "EUR"), tax=tax)


def crediting(invoice: Invoice, customer: ExternalId, net: Money) -> CreditInvoice:
    return credit_of(invoice, customer, InvoiceLine(description="Part 1", net=net, tax=VAT))


def credit_of(invoice: Invoice, customer: ExternalId, *lines: InvoiceLine) -> CreditInvoice:
    return CreditInvoice(
        subject=Subject(f"{DEAL}:m1:r1:credit"),
        deal=DEAL,
        customer=customer,
        invoice=invoice.id,
        invoice_number=invoice.number,
        lines=lines,
        issue_date=date(2026, 11, 25),
        reason="scope was cut",
    )
