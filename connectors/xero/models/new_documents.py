"""Sales invoices and credit notes to be made, and changes of those on file."""

from decimal import Decimal
from typing import Any, Literal, Self

from connectors.common.documents import credit_words
from connectors.xero.models.documents import SUPPLY, Status, StoredInvoice
from connectors.xero.models.json import Day, XeroModel
from domain.invoice import CreditInvoice, DraftInvoice, InvoiceDates

# Xero refuses a `Url` with its own name in it, docs/accounting/invoices
_FORBIDDEN_IN_URLS = "xero"


class ContactId(XeroModel):
    """The contact that a document is for; any other field would change the contact itself."""

    contact_id: str


class Tracking(XeroModel):
    """A category and its option, both as they are called in Xero."""

    name: str
    option: str


class Line(XeroModel):
    """A line to be made. It has no LineAmount: Xero computes it, and refuses one that differs."""

    description: str
    quantity: Decimal = Decimal(1)
    unit_amount: Decimal
    account_code: str
    tax_type: str
    tax_amount: Decimal | None = None
    tracking: list[Tracking] | None = None


class TextLine(XeroModel):
    """A line of text without an amount."""

    description: str


class NewDocument(XeroModel):
    """An invoice or credit note to be made. Its number comes from the organisation's sequence."""

    type: Literal["ACCREC", "ACCRECCREDIT"]
    status: Status
    contact: ContactId
    reference: str
    date: Day
    due_date: Day | None = None
    line_amount_types: str = "Exclusive"
    currency_code: str
    url: str | None = None
    line_items: list[Line | TextLine]

    @classmethod
    def invoice(cls, command: DraftInvoice, reference: str, lines: list[Line]) -> Self:
        url = command.url if _FORBIDDEN_IN_URLS not in command.url.lower() else ""
        return cls(
            type="ACCREC",
            status="DRAFT",
            contact=ContactId(contact_id=command.customer),
            reference=reference,
            date=command.dates.issued_on,
            due_date=command.dates.due_on,
            currency_code=command.net.currency,
            url=url or None,
            line_items=[*lines, *_supply(command.dates)],
        )

    @classmethod
    def credit_note(cls, command: CreditInvoice, reference: str, lines: list[Line]) -> Self:
        return cls(
            type="ACCRECCREDIT",
            status="AUTHORISED",
            contact=ContactId(contact_id=command.customer),
            reference=reference,
            date=command.issue_date,
            currency_code=command.net.currency,
            line_items=[TextLine(description=credit_words(command)), *lines],
        )


class InvoiceUpdate(XeroModel):
    """A change of an invoice's status; without lines, so that they stay as they are."""

    invoice_id: str
    status: Status


class DatesUpdate(InvoiceUpdate):
    """New dates of a draft, with its status, which an issued document refuses.

    Xero deletes the lines that an update leaves out, so it has all, if there is one to change.
    """

    date: Day
    due_date: Day
    line_items: list[Any] | None = None

    @classmethod
    def of(cls, draft: StoredInvoice, dates: InvoiceDates) -> Self:
        before = [line.description for line in draft.line_items if line.supplied_on]
        supply = _supply(dates)
        is_same = before == [line.description for line in supply]
        own = [line.to_wire() for line in draft.line_items if not line.supplied_on]
        return cls(
            invoice_id=draft.invoice_id,
            status=draft.status,
            date=dates.issued_on,
            due_date=dates.due_on,
            line_items=None if is_same else [*own, *supply],
        )


class InvoiceId(XeroModel):
    """The invoice that an allocation is for."""

    invoice_id: str


class Allocation(XeroModel):
    """The part of a credit note that goes against an invoice."""

    amount: Decimal
    date: Day
    invoice: InvoiceId


def _supply(dates: InvoiceDates) -> list[TextLine]:
    """A line for the date of supply, which has no field; none on the day of issue."""
    if dates.supplied_on == dates.issued_on:
        return []
    return [TextLine(description=f"{SUPPLY}{dates.supplied_on.isoformat()}")]
