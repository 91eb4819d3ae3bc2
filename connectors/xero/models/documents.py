"""Sales invoices and credit notes on file; their amounts have two decimals in every currency."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Final, Literal, TypeAlias, TypeVar

from connectors.common import References
from connectors.common.documents import DocumentChecks
from connectors.xero.models.json import Day, Moment, XeroModel
from domain.document import Totals
from domain.effect import EffectKind, Receipt
from domain.ids import ExternalId
from domain.invoice import Invoice, InvoiceLine, InvoiceStatus
from domain.money import Money
from domain.tax import TaxRounding, TaxRule
from domain.vendor_record import RecordState, VendorRecord
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
# Xero rounds the tax of each line, docs/accounting/rounding
TAX_ROUNDING: Final = TaxRounding.PER_LINE
CHECKS: Final = DocumentChecks("xero", "Xero")


@dataclass(frozen=True)
class Links:
    """Addresses of records: people open them below `app`, programs below `api`."""

    app: str
    api: str = ""

    def contact(self, id: str) -> str:
        return f"{self.app}/Contacts/View/{id}"

    def invoice(self, id: str) -> str:
        return f"{self.app}/AccountsReceivable/View.aspx?InvoiceID={id}"

    def credit_note(self, id: str) -> str:
        return f"{self.app}/AccountsReceivable/ViewCreditNote.aspx?creditNoteID={id}"

    def pdf(self, id: str) -> str:
        """The address that answers `Accept: application/pdf` with the invoice."""
        return f"{self.api}/Invoices/{id}"


def expected_totals(lines: Sequence[InvoiceLine], rule: TaxRule) -> Totals:
    return Totals.expected(lines, rule, TAX_ROUNDING)


class StoredContact(XeroModel):
    """The contact of a document."""

    contact_id: str


class Stored(XeroModel, ABC):
    """The common parts of an invoice and a credit note on file."""

    kind: ClassVar[EffectKind]

    status: Status
    contact: StoredContact | None = None
    updated_date_utc: Moment
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
    def totals(self) -> Totals:
        return Totals(self.currency_code, self.sub_total, self.total_tax, self.total)

    def money(self, amount: Decimal) -> Money:
        return CHECKS.money(amount, self.currency_code, self.reference)

    def to_record(self, references: References, links: Links) -> VendorRecord:
        """Translate what a reconciliation asks; an amount that nobody can pay is left out."""
        net = None
        with suppress(Rejected):
            net = self.money(self.sub_total)
        return VendorRecord(
            kind=self.kind,
            subject=references.subject(self.reference),
            id=self.receipt(links).id,
            state=self.state,
            changed_at=self.updated_date_utc,
            name=self.number,
            url=self.receipt(links).url,
            net=net,
            customer=ExternalId(self.contact.contact_id) if self.contact else None,
        )

    @property
    def state(self) -> RecordState:
        if self.is_gone:
            return RecordState.GONE
        return RecordState.REMOVABLE if self.is_draft else RecordState.LIVE

    @property
    @abstractmethod
    def number(self) -> str: ...

    @abstractmethod
    def receipt(self, links: Links) -> Receipt: ...


D = TypeVar("D", bound=Stored)


class Applied(XeroModel):
    """The part of a credit, over- or prepayment that went against an invoice."""

    applied_amount: Decimal = Decimal(0)


class StoredInvoice(Stored):
    """A sales invoice on file."""

    kind = EffectKind("erp.invoice")

    invoice_id: str
    invoice_number: str = ""
    date: Day | None = None
    due_date: Day | None = None
    amount_due: Decimal = Decimal(0)
    amount_paid: Decimal = Decimal(0)
    amount_credited: Decimal = Decimal(0)
    prepayments: tuple[Applied, ...] = ()
    overpayments: tuple[Applied, ...] = ()

    @property
    def number(self) -> str:
        return self.invoice_number

    @property
    def age(self) -> tuple[bool, int, str]:
        """Sorts documents before drafts, and each oldest first: numbers are drawn in order."""
        return self.is_draft, len(self.invoice_number), self.invoice_number

    def to_invoice(self, links: Links) -> Invoice:
        """Translate the invoice; a prepayment counts as paid, though Xero counts it as credited."""
        advances = (*self.prepayments, *self.overpayments)
        advance = sum((part.applied_amount for part in advances), start=Decimal(0))
        return Invoice(
            id=ExternalId(self.invoice_id),
            reference=self.reference,
            number=self.invoice_number,
            status=_STATUSES[self.status],
            url=links.invoice(self.invoice_id),
            issued_on=self.date,
            due_on=self.due_date,
            net=self.money(self.sub_total),
            tax=self.money(self.total_tax),
            gross=self.money(self.total),
            paid=self.money(self.amount_paid + advance),
            credited=self.money(self.amount_credited - advance),
            pdf=links.pdf(self.invoice_id),
        )

    def receipt(self, links: Links) -> Receipt:
        return Receipt(id=ExternalId(self.invoice_id), url=links.invoice(self.invoice_id))


class StoredCreditNote(Stored):
    """A sales credit note on file."""

    kind = EffectKind("erp.credit")

    credit_note_id: str
    credit_note_number: str = ""
    remaining_credit: Decimal

    @property
    def number(self) -> str:
        return self.credit_note_number

    @property
    def state(self) -> RecordState:
        """We make none that is a draft: such a one is a person's."""
        return RecordState.GONE if self.is_gone else RecordState.LIVE

    @property
    def age(self) -> tuple[bool, int, str]:
        """Sorts those that are used up before the others, and each oldest first."""
        return self.remaining_credit > 0, len(self.credit_note_number), self.credit_note_number

    def receipt(self, links: Links) -> Receipt:
        url = links.credit_note(self.credit_note_id)
        return Receipt(id=ExternalId(self.credit_note_id), url=url)
