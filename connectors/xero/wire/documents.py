"""Xero's sales invoices and credit notes, whose amounts have two decimals in every currency."""

from decimal import Decimal
from typing import Final, Literal, TypeAlias

from pydantic import ValidationError

from connectors.xero.wire.base import Day, Moment, Page, Wire
from domain.billing import Invoice, InvoiceStatus
from domain.effect import Receipt
from domain.ids import ExternalId
from domain.money import Money
from ports.failures import Rejected

Status: TypeAlias = Literal["DRAFT", "SUBMITTED", "AUTHORISED", "PAID", "VOIDED", "DELETED"]
_STATUSES: Final[dict[Status, InvoiceStatus]] = {
    "DRAFT": InvoiceStatus.DRAFT,
    "SUBMITTED": InvoiceStatus.DRAFT,
    "AUTHORISED": InvoiceStatus.ISSUED,
    "PAID": InvoiceStatus.PAID,
    "VOIDED": InvoiceStatus.GONE,
    "DELETED": InvoiceStatus.GONE,
}


class ContactId(Wire):
    """Whom a document is for. Any other field would change the contact itself."""

    contact_id: str


class Tracking(Wire):
    """A category and its option, both as they are called in Xero."""

    name: str
    option: str


class Line(Wire):
    """A line to be. Never with a LineAmount: Xero works it out, and refuses one that differs."""

    description: str
    quantity: Decimal = Decimal(1)
    unit_amount: Decimal
    account_code: str
    tax_type: str
    tax_amount: Decimal | None = None
    tracking: list[Tracking] | None = None


class NewDocument(Wire):
    """An invoice or credit note to be. Its number comes from the organisation's sequence."""

    type: Literal["ACCREC", "ACCRECCREDIT"]
    status: Status
    contact: ContactId
    reference: str
    date: Day
    due_date: Day | None = None
    line_amount_types: str = "Exclusive"
    currency_code: str
    url: str | None = None
    line_items: list[Line]


class InvoiceState(Wire):
    """An invoice's move to another status: without lines, so that they stay as they are."""

    invoice_id: str
    status: Status


class InvoiceId(Wire):
    """Which invoice an allocation is for."""

    invoice_id: str


class Allocation(Wire):
    """The part of a credit note that goes against an invoice."""

    amount: Decimal
    date: Day
    invoice: InvoiceId


class Stored(Wire):
    """What an invoice and a credit note on file have in common."""

    status: Status
    reference: str = ""
    currency_code: str
    sub_total: Decimal
    total_tax: Decimal
    total: Decimal

    @property
    def is_gone(self) -> bool:
        return _STATUSES[self.status] is InvoiceStatus.GONE

    @property
    def is_draft(self) -> bool:
        return _STATUSES[self.status] is InvoiceStatus.DRAFT

    @property
    def amounts(self) -> tuple[Decimal, Decimal, Decimal]:
        return self.sub_total, self.total_tax, self.total

    def money(self, amount: Decimal) -> Money:
        """An amount of the document. Raises Rejected for half a yen."""
        try:
            return Money.of(amount, self.currency_code)
        except ValidationError as odd:
            reason = f"{self.reference} reads {amount} {self.currency_code}, which nobody can pay"
            raise Rejected("xero", reason) from odd


class Applied(Wire):
    """The part of a credit, over- or prepayment that went against an invoice."""

    applied_amount: Decimal = Decimal(0)


class StoredInvoice(Stored):
    """A sales invoice on file."""

    invoice_id: str
    invoice_number: str = ""
    date: Day | None = None
    due_date: Day | None = None
    amount_due: Decimal = Decimal(0)
    amount_paid: Decimal = Decimal(0)
    amount_credited: Decimal = Decimal(0)
    updated_date_utc: Moment
    prepayments: tuple[Applied, ...] = ()
    overpayments: tuple[Applied, ...] = ()

    @property
    def age(self) -> tuple[bool, int, str]:
        """Sorts documents before drafts, and each oldest first: numbers are drawn in order."""
        return self.is_draft, len(self.invoice_number), self.invoice_number

    def invoice(self, app: str, pdf: str = "") -> Invoice:
        """In our words: money that came in advance was paid, though Xero calls it credited.

        `pdf` is the address that answers `Accept: application/pdf` with the document.
        """
        advances = (*self.prepayments, *self.overpayments)
        advance = sum((part.applied_amount for part in advances), start=Decimal(0))
        return Invoice(
            id=ExternalId(self.invoice_id),
            reference=self.reference,
            number=self.invoice_number,
            status=_STATUSES[self.status],
            url=_invoice_url(app, self.invoice_id),
            issued_on=self.date,
            due_on=self.due_date,
            net=self.money(self.sub_total),
            tax=self.money(self.total_tax),
            gross=self.money(self.total),
            paid=self.money(self.amount_paid + advance),
            credited=self.money(self.amount_credited - advance),
            pdf=pdf,
        )

    def made(self, app: str) -> Receipt:
        return Receipt(id=ExternalId(self.invoice_id), url=_invoice_url(app, self.invoice_id))


def _invoice_url(app: str, invoice: str) -> str:
    return f"{app}/AccountsReceivable/View.aspx?InvoiceID={invoice}"


class Invoices(Page):
    """Invoices, in answer to a read or a write."""

    invoices: list[StoredInvoice]


class StoredCreditNote(Stored):
    """A sales credit note on file."""

    credit_note_id: str
    credit_note_number: str = ""
    remaining_credit: Decimal

    @property
    def age(self) -> tuple[bool, int, str]:
        """Sorts those that are used up before the others, and each oldest first."""
        return self.remaining_credit > 0, len(self.credit_note_number), self.credit_note_number

    def made(self, app: str) -> Receipt:
        url = f"{app}/AccountsReceivable/ViewCreditNote.aspx?creditNoteID={self.credit_note_id}"
        return Receipt(id=ExternalId(self.credit_note_id), url=url)


class CreditNotes(Page):
    """Credit notes, in answer to a read or a write."""

    credit_notes: list[StoredCreditNote]
