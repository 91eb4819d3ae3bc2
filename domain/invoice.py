"""Invoices and credit notes: what we order of the ERP, and what it has."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from pydantic import Field, model_validator

from domain.identity import identity_of
from domain.ids import DealId, ExternalId, Subject
from domain.money import Money
from domain.refusal import Refusal
from domain.tax import TaxRule
from domain.value import Value


def _net_amount(line: Mapping[str, Any]) -> Decimal:
    amount: Decimal = line["net"].amount
    return amount


class InvoiceLine(Value):
    """An ordered line: its quantity times its unit price is its net amount, taxed by its rule.

    An advance that is deducted, or what exceeds a cap, has a unit price below zero; the advance has
    the tax that was billed with it as its `tax_amount`. ERPs keep four decimals of quantities and
    unit prices.
    """

    description: str
    net: Money
    tax: TaxRule
    quantity: Decimal = Field(Decimal(1), gt=0, decimal_places=4)
    unit_price: Decimal = Field(default_factory=_net_amount, decimal_places=4)
    tax_amount: Money | None = None
    """The tax, where it is known already and must not be computed again."""

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if Money.rounded(self.quantity * self.unit_price, self.net.currency) != self.net:
            raise ValueError(f"{self.quantity} x {self.unit_price} is not {self.net}")
        return self

    def part(self, net: Money) -> Self:
        """Return a line over a part of the net amount. Raises Refusal if there is not as much."""
        rest, sign = self.net - net, self.net.amount
        if net.amount * sign <= 0 or rest.amount * sign < 0:
            raise Refusal(f"{net} is no part of {self.net} for {self.description}")
        changes = {"quantity": Decimal(1), "unit_price": net.amount, "net": net}
        return self.model_copy(update={**changes, "tax_amount": None})


def _net(lines: tuple[InvoiceLine, ...]) -> Money:
    return Money.total((line.net for line in lines), lines[0].net.currency)


def _facts(lines: Iterable[InvoiceLine]) -> tuple[str, ...]:
    """Return what must not change of lines under one key; a description may."""
    return tuple(f"{line.net} {line.tax.category} {line.tax.rate.normalize():f}" for line in lines)


class InvoiceDates(Value):
    """The dates of an invoice, and when what it bills was supplied (2006/112/EC, Art. 226)."""

    issued_on: date
    due_on: date
    supplied_on: date


class DraftInvoice(Value):
    """The order for a draft invoice. The ERP numbers it."""

    subject: Subject
    deal: DealId
    customer: ExternalId
    lines: tuple[InvoiceLine, ...] = Field(min_length=1)
    dates: InvoiceDates
    url: str

    @property
    def net(self) -> Money:
        return _net(self.lines)

    def identity(self) -> str:
        """Return what must not change under one key. Dates may: a draft waits for approval."""
        return identity_of(customer=self.customer, lines=_facts(self.lines))


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
    """The order to credit an issued invoice: these lines of it, or parts of them.

    The credit note names the invoice (2006/112/EC, Art. 219).
    """

    subject: Subject
    deal: DealId
    customer: ExternalId
    invoice: ExternalId
    invoice_number: str
    lines: tuple[InvoiceLine, ...] = Field(min_length=1)
    issue_date: date
    reason: str

    @property
    def net(self) -> Money:
        return _net(self.lines)

    def identity(self) -> str:
        return identity_of(invoice=self.invoice, lines=_facts(self.lines))


class InvoiceStatus(StrEnum):
    """The status of an invoice at the ERP."""

    DRAFT = "draft"
    ISSUED = "issued"
    PAID = "paid"
    GONE = "gone"
    """Voided or deleted at the ERP."""


class DocumentLine(Value):
    """A line as the ERP has it, with the category (UNCL 5305) and the rate of its tax.

    The category is empty where the ERP's tax may stand for several.
    """

    description: str
    quantity: Decimal
    unit_price: Decimal
    net: Money
    category: str
    rate: Decimal

    @classmethod
    def of(cls, line: InvoiceLine) -> Self:
        """Return an ordered line as the ERP must have it."""
        return cls(
            description=line.description,
            quantity=line.quantity,
            unit_price=line.unit_price,
            net=line.net,
            category=line.tax.category,
            rate=line.tax.rate,
        )


class TaxTotal(Value):
    """The lines of one tax category and rate: their net amount, and the tax on them."""

    category: str
    rate: Decimal
    net: Money
    tax: Money


class Document(Value):
    """The common parts of an invoice and a credit note, as the ERP has them.

    The amounts of a credit note are above zero: it takes them off.
    """

    id: ExternalId
    reference: str
    number: str
    issued_on: date | None
    lines: tuple[DocumentLine, ...]
    taxes: tuple[TaxTotal, ...]
    net: Money
    tax: Money
    gross: Money


class Payment(Value):
    """Money that came in for an invoice."""

    id: ExternalId
    paid_on: date | None
    amount: Money


class CreditNote(Document):
    """A credit note against an invoice; `allocated` (with VAT) is what it takes off that."""

    allocated: Money

    @property
    def allocated_net(self) -> Money:
        """The net amount of what is allocated: all, unless some of the note went elsewhere."""
        rest = self.gross - self.allocated
        if not rest:
            return self.net
        return self.net.allocate([self.allocated.amount, rest.amount])[0]


class Invoice(Document):
    """An invoice as the ERP has it, read back. Amounts are in the contract's currency."""

    customer: ExternalId
    status: InvoiceStatus
    url: str
    due_on: date | None
    supplied_on: date | None = None
    """The day of issue, unless the document says another."""
    payments: tuple[Payment, ...] = ()
    credit_notes: tuple[CreditNote, ...] = ()
    pdf: str = ""
    """The address of its PDF, if the ERP has one."""

    def is_dated(self, dates: InvoiceDates) -> bool:
        own = (self.issued_on, self.due_on, self.supplied_on)
        return own == (dates.issued_on, dates.due_on, dates.supplied_on)

    @property
    def paid(self) -> Money:
        """What was paid, with VAT."""
        return Money.total((each.amount for each in self.payments), self.gross.currency)

    @property
    def credited(self) -> Money:
        """What credit notes take off, with VAT."""
        return Money.total((each.allocated for each in self.credit_notes), self.gross.currency)

    @property
    def credited_net(self) -> Money:
        """What credit notes take off, without VAT."""
        return Money.total((each.allocated_net for each in self.credit_notes), self.net.currency)

    @property
    def outstanding(self) -> Money:
        """What the customer owes, with VAT: nothing of a voided invoice."""
        if self.status is InvoiceStatus.GONE:
            return Money.zero(self.gross.currency)
        return self.gross - self.paid - self.credited

    @property
    def is_void(self) -> bool:
        return self.status is InvoiceStatus.GONE

    @property
    def is_freed(self) -> bool:
        """Whether it was voided or credited in full, so that its charges are on no bill."""
        return self.is_void or bool(self.credited and self.credited == self.gross)

    @property
    def is_over(self) -> bool:
        """Whether nothing is outstanding of it."""
        return self.is_freed or self.status is InvoiceStatus.PAID or not self.outstanding
