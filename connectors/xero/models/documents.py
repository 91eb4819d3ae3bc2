"""Sales invoices and credit notes on file; their amounts have two decimals in every currency."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Final, Literal, TypeAlias, TypeVar

from pydantic import AliasChoices, ConfigDict, Field

from connectors.common import References
from connectors.common.documents import DocumentChecks
from connectors.common.taxes import TaxLabel
from connectors.xero.models.json import Day, Moment, XeroModel
from domain.effect import EffectKind, Receipt
from domain.ids import ExternalId
from domain.invoice import (
    CreditNote,
    DocumentLine,
    Invoice,
    InvoiceStatus,
    Payment,
    TaxTotal,
)
from domain.money import Money
from domain.tax import TaxRounding
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
CHECKS: Final = DocumentChecks("xero", "Xero", TAX_ROUNDING)
SUPPLY: Final = "Date of supply: "
_APPLIED_IDS: Final = ("CreditNoteID", "PrepaymentID", "OverpaymentID")
Labels: TypeAlias = Mapping[str, TaxLabel]


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


class StoredContact(XeroModel):
    """The contact of a document."""

    contact_id: str


class StoredLine(XeroModel):
    """A line on file, with all that Xero says of it, so that it can be sent back as it is."""

    model_config = ConfigDict(extra="allow")

    description: str = ""
    quantity: Decimal = Decimal(1)
    unit_amount: Decimal = Decimal(0)
    account_code: str = ""
    tax_type: str = "NONE"
    tax_amount: Decimal = Decimal(0)
    line_amount: Decimal = Decimal(0)

    @property
    def is_text(self) -> bool:
        """Whether it only says something."""
        return not (self.account_code or self.line_amount)

    @property
    def supplied_on(self) -> date | None:
        """The date of supply, if the line says that."""
        with suppress(ValueError):
            if self.is_text and self.description.startswith(SUPPLY):
                return date.fromisoformat(self.description.removeprefix(SUPPLY))
        return None

    def to_wire(self) -> Mapping[str, Any]:
        """The line as it was read, without its amount, which Xero computes."""
        computed = {"line_amount", "ValidationErrors"}
        return self.model_dump(by_alias=True, exclude=computed, exclude_unset=True)


class Stored(XeroModel, ABC):
    """The common parts of an invoice and a credit note on file."""

    kind: ClassVar[EffectKind]

    status: Status
    contact: StoredContact | None = None
    updated_date_utc: Moment
    reference: str = ""
    date: Day | None = None
    line_amount_types: str = "Exclusive"
    line_items: tuple[StoredLine, ...] = ()
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

    def document(self, labels: Labels) -> dict[str, Any]:
        """The parts of every document, by name. Raises Rejected for what cannot be read."""
        lines = [line for line in self.line_items if not line.is_text]
        return {
            "reference": self.reference,
            "number": self.number,
            "issued_on": self.date,
            "lines": tuple(self._line(line, self._label(line, labels)) for line in lines),
            "taxes": self._taxes(lines, labels),
            "net": self.money(self.sub_total),
            "tax": self.money(self.total_tax),
            "gross": self.money(self.total),
        }

    def _line(self, line: StoredLine, label: TaxLabel) -> DocumentLine:
        return DocumentLine(
            description=line.description,
            quantity=line.quantity,
            unit_price=line.unit_amount,
            net=self.money(self._net(line)),
            category=label.category,
            rate=label.rate,
        )

    def _taxes(self, lines: Iterable[StoredLine], labels: Labels) -> tuple[TaxTotal, ...]:
        groups: dict[TaxLabel, list[StoredLine]] = {}
        for line in lines:
            groups.setdefault(self._label(line, labels), []).append(line)
        return tuple(
            TaxTotal(
                category=label.category,
                rate=label.rate,
                net=self.money(sum(map(self._net, group), start=Decimal(0))),
                tax=self.money(sum((each.tax_amount for each in group), start=Decimal(0))),
            )
            for label, group in groups.items()
        )

    def _label(self, line: StoredLine, labels: Labels) -> TaxLabel:
        if line.tax_type in labels:
            return labels[line.tax_type]
        reason = f"{self.reference} has a line with the tax type {line.tax_type}, which is unknown"
        raise Rejected(CHECKS.system, reason)

    def _net(self, line: StoredLine) -> Decimal:
        is_inclusive = self.line_amount_types == "Inclusive"
        return line.line_amount - line.tax_amount if is_inclusive else line.line_amount

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


def tax_types_of(documents: Iterable[Stored]) -> frozenset[str]:
    """The tax types that their lines have."""
    return frozenset(line.tax_type for each in documents for line in each.line_items)


class StoredPayment(XeroModel):
    """A payment of an invoice."""

    payment_id: str
    status: str = "AUTHORISED"
    date: Day | None = None
    amount: Decimal


class Applied(XeroModel):
    """The part of a credit, over- or prepayment that went against an invoice."""

    id: str = Field("", validation_alias=AliasChoices(*_APPLIED_IDS))
    date: Day | None = None
    applied_amount: Decimal = Decimal(0)


class StoredInvoice(Stored):
    """A sales invoice on file."""

    kind = EffectKind("erp.invoice")

    invoice_id: str
    invoice_number: str = ""
    due_date: Day | None = None
    amount_paid: Decimal = Decimal(0)
    amount_credited: Decimal = Decimal(0)
    payments: tuple[StoredPayment, ...] = ()
    prepayments: tuple[Applied, ...] = ()
    overpayments: tuple[Applied, ...] = ()
    credit_notes: tuple[Applied, ...] = ()

    @property
    def number(self) -> str:
        return self.invoice_number

    @property
    def age(self) -> tuple[bool, int, str]:
        """Sorts documents before drafts, and each oldest first: numbers are drawn in order."""
        return self.is_draft, len(self.invoice_number), self.invoice_number

    @property
    def supplied_on(self) -> Day | None:
        said = (line.supplied_on for line in self.line_items)
        return next(filter(None, said), self.date)

    def to_invoice(
        self, links: Links, labels: Labels, notes: Mapping[str, "StoredCreditNote"]
    ) -> Invoice:
        """Translate the invoice, with the credit notes that are allocated to it, by their ids."""
        invoice = Invoice(
            id=ExternalId(self.invoice_id),
            customer=ExternalId(self.contact.contact_id if self.contact else ""),
            status=_STATUSES[self.status],
            url=links.invoice(self.invoice_id),
            due_on=self.due_date,
            supplied_on=self.supplied_on,
            payments=self._payments(),
            credit_notes=tuple(
                notes[part.id].to_credit_note(labels, self.money(part.applied_amount))
                for part in self.credit_notes
            ),
            pdf=links.pdf(self.invoice_id),
            **self.document(labels),
        )
        settled = self.money(self.amount_paid + self.amount_credited)
        if invoice.paid + invoice.credited != settled:
            found = f"payments and credits of {invoice.paid + invoice.credited}, and sums {settled}"
            raise Rejected(CHECKS.system, f"{self.reference} has {found}")
        return invoice

    def _payments(self) -> tuple[Payment, ...]:
        """What was paid; a prepayment is money too, though Xero counts it as credited."""
        paid = [
            (each.payment_id, each.date, each.amount)
            for each in self.payments
            if each.status != "DELETED"
        ]
        advances = (*self.prepayments, *self.overpayments)
        paid += [(each.id, each.date, each.applied_amount) for each in advances]
        return tuple(
            Payment(id=ExternalId(number), paid_on=day, amount=self.money(amount))
            for number, day, amount in paid
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

    def to_credit_note(self, labels: Labels, allocated: Money) -> CreditNote:
        number = ExternalId(self.credit_note_id)
        return CreditNote(id=number, allocated=allocated, **self.document(labels))

    def receipt(self, links: Links) -> Receipt:
        url = links.credit_note(self.credit_note_id)
        return Receipt(id=ExternalId(self.credit_note_id), url=url)
