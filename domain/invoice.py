"""Invoices and credit notes: what we order of the ERP, and what it has."""

from datetime import date
from enum import StrEnum

from domain.identity import identity_of
from domain.ids import DealId, ExternalId, Subject
from domain.money import Money
from domain.tax import TaxRule
from domain.value import Value


class InvoiceLine(Value):
    """A line of an invoice: its description and its net amount."""

    description: str
    net: Money


class DraftInvoice(Value):
    """The order for a draft invoice. The ERP numbers it."""

    subject: Subject
    deal: DealId
    customer: ExternalId
    lines: tuple[InvoiceLine, ...]
    tax: TaxRule
    issue_date: date
    due_date: date
    url: str

    @property
    def net(self) -> Money:
        return Money.total((line.net for line in self.lines), self.lines[0].net.currency)

    def identity(self) -> str:
        """Return what must not change under one key. Dates may: a draft waits for approval."""
        return identity_of(
            customer=self.customer,
            net=str(self.net),
            tax_category=self.tax.category,
            tax_rate=str(self.tax.rate),
        )


class IssueInvoice(Value):
    """The order to make the elected draft a document, if it still reads as the order for it."""

    draft: DraftInvoice
    invoice: ExternalId

    @property
    def subject(self) -> Subject:
        return self.draft.subject

    @property
    def deal(self) -> DealId:
        return self.draft.deal

    def identity(self) -> str:
        return identity_of(invoice=self.invoice, draft=self.draft.identity())


class CreditInvoice(Value):
    """The order to credit an issued invoice in part or in full; the credit names it (Art. 219)."""

    subject: Subject
    deal: DealId
    customer: ExternalId
    invoice: ExternalId
    invoice_number: str
    net: Money
    tax: TaxRule
    issue_date: date
    reason: str

    def identity(self) -> str:
        return identity_of(invoice=self.invoice, net=str(self.net), tax_rate=str(self.tax.rate))


class InvoiceStatus(StrEnum):
    """The status of an invoice at the ERP."""

    DRAFT = "draft"
    ISSUED = "issued"
    PAID = "paid"
    GONE = "gone"
    """Voided or deleted at the ERP."""


class Invoice(Value):
    """An invoice as the ERP has it, read back. Amounts are in the contract's currency."""

    id: ExternalId
    reference: str
    number: str
    status: InvoiceStatus
    url: str
    issued_on: date | None
    due_on: date | None
    net: Money
    tax: Money
    gross: Money
    paid: Money
    credited: Money
    pdf: str = ""
    """The address of its PDF, if the ERP has one."""

    @property
    def outstanding(self) -> Money:
        return self.gross - self.paid - self.credited
