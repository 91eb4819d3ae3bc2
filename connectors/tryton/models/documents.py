"""Invoices and credit notes on file; the amounts of a credit note are negative."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Final, TypeAlias

from pydantic import Field

from connectors.common import References
from connectors.common.documents import DocumentChecks
from connectors.common.taxes import TaxLabel
from connectors.tryton.models.chart import Currency
from connectors.tryton.models.json import (
    Day,
    Exact,
    Moment,
    Record,
    Text,
    TrytonModel,
)
from connectors.tryton.models.urls import Urls
from domain.effect import EffectKind
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

INVOICE: Final = "account.invoice"
INVOICE_KIND: Final = EffectKind("erp.invoice")
CREDIT_KIND: Final = EffectKind("erp.credit")
# We send the tax amount with the document, so the rounding is ours.
TAX_ROUNDING: Final = TaxRounding.PER_CATEGORY
CHECKS: Final = DocumentChecks("tryton", "Tryton", TAX_ROUNDING)
Labels: TypeAlias = Mapping[int, TaxLabel]
# Invoice.state, Tryton source: modules/account_invoice/invoice.py
_STATUSES: Final = {
    "draft": InvoiceStatus.DRAFT,
    "validated": InvoiceStatus.DRAFT,
    "posted": InvoiceStatus.ISSUED,
    "paid": InvoiceStatus.PAID,
    "cancelled": InvoiceStatus.GONE,
}

_RECORD_STATES: Final = {
    InvoiceStatus.DRAFT: RecordState.REMOVABLE,
    InvoiceStatus.GONE: RecordState.GONE,
}


class _Move(TrytonModel):
    id: int
    date: Day | None = None
    origin: Text = ""


class Line(TrytonModel):
    """A move line on the customer's account: an amount owed, or one set against it."""

    id: int
    debit: Exact = Decimal(0)
    credit: Exact = Decimal(0)
    amount_second_currency: Exact | None = None
    second_currency: int | None = None
    maturity_date: Day | None = None
    reconciliation: int | None = None
    write_date: Moment | None = None
    move: _Move = Field(alias="move.")

    def paid(self, currency: int, *, is_home: bool) -> Decimal:
        """Return how much the line reduces the debt; an exchange difference changes nothing."""
        if is_home:
            return self.credit - self.debit
        if self.second_currency == currency and self.amount_second_currency:
            return -self.amount_second_currency
        return Decimal(0)

    @property
    def credit_note(self) -> int | None:
        """The credit note that the line is of, if it is of one."""
        model, _, number = self.move.origin.partition(",")
        return int(number) if model == INVOICE and self.credit > 0 else None


class LineTax(TrytonModel):
    """A tax of a line, or of a document."""

    id: int
    name: str
    rate: Exact | None = None

    def label(self, labels: Labels) -> TaxLabel:
        """What it stands for; one that is archived may have been anything."""
        return labels.get(self.id, TaxLabel("", (self.rate or Decimal(0)) * 100))


class StoredLine(TrytonModel):
    """A line on file; only one of the type `line` has an amount."""

    id: int
    type: str
    description: Text = ""
    quantity: Decimal | None = None
    unit_price: Exact | None = None
    amount: Exact = Decimal(0)
    taxes_date: Day | None = None
    taxes: tuple[LineTax, ...] = Field((), alias="taxes.")

    def label(self, labels: Labels) -> TaxLabel:
        found = [tax.label(labels) for tax in self.taxes]
        if len(found) == 1:
            return found[0]
        names = " + ".join(tax.name for tax in self.taxes) or "no tax"
        return TaxLabel(names, sum((each.rate for each in found), start=Decimal(0)))


class StoredTax(TrytonModel):
    """The tax on the lines of one tax."""

    id: int
    base: Exact
    amount: Exact
    tax: LineTax = Field(alias="tax.")


class DocumentDates(Record):
    """When a document was made and last written; one that nobody wrote has no second date."""

    model: ClassVar = INVOICE
    create_date: Moment
    write_date: Moment | None = None

    @property
    def at(self) -> datetime:
        return self.write_date or self.create_date


class StoredInvoice(Record):
    """A document on file, with its payments and credits."""

    model: ClassVar = INVOICE
    reference: Text = ""
    number: Text = ""
    description: Text = ""
    state: str
    invoice_date: Day | None = None
    payment_term_date: Day | None = None
    untaxed_amount: Exact
    tax_amount: Exact
    total_amount: Exact
    amount_to_pay: Exact
    cancel_move: int | None = None
    create_date: Moment
    write_date: Moment | None = None
    party: int
    currency: Currency = Field(alias="currency.")
    lines: tuple[StoredLine, ...] = Field((), alias="lines.")
    taxes: tuple[StoredTax, ...] = Field((), alias="taxes.")
    lines_to_pay: tuple[Line, ...] = Field((), alias="lines_to_pay.")
    payment_lines: tuple[Line, ...] = Field((), alias="payment_lines.")
    reconciliation_lines: tuple[Line, ...] = Field((), alias="reconciliation_lines.")

    @property
    def status(self) -> InvoiceStatus:
        return _STATUSES[self.state]

    @property
    def is_draft(self) -> bool:
        return self.status is InvoiceStatus.DRAFT

    @property
    def is_gone(self) -> bool:
        return self.status is InvoiceStatus.GONE

    @property
    def name(self) -> str:
        return self.number or str(self.id)

    @property
    def changed_at(self) -> datetime:
        """The last change of the record, or of a payment that is set against it.

        A search for changes finds no record without one.
        """
        moments = [self.write_date, *(line.write_date for line in self.payment_lines)]
        return max(filter(None, moments))

    @property
    def kind(self) -> EffectKind:
        return CREDIT_KIND if self.untaxed_amount < 0 else INVOICE_KIND

    def to_record(self, references: References, urls: Urls) -> VendorRecord:
        """Translate what a reconciliation asks; an amount that nobody can pay is left out."""
        net = None
        with suppress(Rejected):
            net = self._money(abs(self.untaxed_amount))
        return VendorRecord(
            kind=self.kind,
            subject=references.subject(self.reference),
            id=ExternalId(str(self.id)),
            state=_RECORD_STATES.get(self.status, RecordState.LIVE),
            changed_at=self.write_date or self.create_date,
            name=self.number,
            url=urls.record(INVOICE, self.id),
            net=net,
            customer=ExternalId(str(self.party)),
        )

    @property
    def settlements(self) -> list[Line]:
        """The lines that are set against it, each once."""
        ours = {None, *(line.reconciliation for line in self.lines_to_pay)}
        found = {line.id: line for line in (*self.payment_lines, *self.reconciliation_lines)}
        return [line for line in found.values() if line.reconciliation in ours]

    @property
    def credit_notes(self) -> set[int]:
        """The credit notes that are set against it."""
        return {line.credit_note for line in self.settlements if line.credit_note}

    def to_invoice(
        self, urls: Urls, labels: Labels, notes: Mapping[int, "StoredInvoice"]
    ) -> Invoice:
        """Translate the invoice; whatever settles it and is no credit note counts as paid."""
        due_dates = [line.maturity_date for line in self.lines_to_pay]
        return Invoice(
            customer=ExternalId(str(self.party)),
            status=self.status,
            url=urls.record(INVOICE, self.id),
            # The last of several instalments.
            due_on=max(filter(None, due_dates), default=self.payment_term_date),
            supplied_on=self._supplied_on,
            payments=tuple(self._payments()),
            credit_notes=tuple(
                notes[number].to_credit_note(labels, allocated)
                for number, allocated in self._credited().items()
            ),
            pdf="" if self.is_draft else urls.pdf(self.id),
            **self._document(labels, sign=1),
        )

    def to_credit_note(self, labels: Labels, allocated: Money) -> CreditNote:
        return CreditNote(allocated=allocated, **self._document(labels, sign=-1))

    def _document(self, labels: Labels, *, sign: int) -> dict[str, Any]:
        """The parts of every document by name; with the sign -1 those of a credit note."""
        lines = [line for line in self.lines if line.type == "line"]
        return {
            "id": ExternalId(str(self.id)),
            "reference": self.reference,
            "number": self.number,
            "issued_on": self.invoice_date,
            "lines": tuple(self._line(line, line.label(labels), sign) for line in lines),
            "taxes": tuple(self._taxes(labels, sign)),
            "net": self._money(sign * self.untaxed_amount),
            "tax": self._money(sign * self.tax_amount),
            "gross": self._money(sign * self.total_amount),
        }

    def _line(self, line: StoredLine, label: TaxLabel, sign: int) -> DocumentLine:
        return DocumentLine(
            description=line.description,
            quantity=sign * (line.quantity or Decimal(0)),
            unit_price=line.unit_price or Decimal(0),
            net=self._money(sign * line.amount),
            category=label.category,
            rate=label.rate,
        )

    def _taxes(self, labels: Labels, sign: int) -> Iterable[TaxTotal]:
        """One row per category and rate; Tryton has one more for lines below zero."""
        groups: dict[TaxLabel, list[StoredTax]] = {}
        for each in self.taxes:
            groups.setdefault(each.tax.label(labels), []).append(each)
        for label, group in groups.items():
            base = sum((each.base for each in group), start=Decimal(0))
            tax = sum((each.amount for each in group), start=Decimal(0))
            net, amount = self._money(sign * base), self._money(sign * tax)
            yield TaxTotal(category=label.category, rate=label.rate, net=net, tax=amount)

    @property
    def _supplied_on(self) -> date | None:
        days = (line.taxes_date for line in self.lines)
        return max(filter(None, days), default=self.invoice_date)

    def _payments(self) -> Iterable[Payment]:
        for line in self.settlements:
            amount = self._money(self._settled(line))
            if amount and not line.credit_note and line.move.id != self.cancel_move:
                yield Payment(id=ExternalId(str(line.id)), paid_on=line.move.date, amount=amount)

    def _credited(self) -> dict[int, Money]:
        """How much each credit note takes off."""
        found: dict[int, Money] = {}
        for line in self.settlements:
            if line.credit_note:
                before = found.get(line.credit_note, Money.zero(self.currency.code))
                found[line.credit_note] = before + self._money(self._settled(line))
        return found

    def _money(self, amount: Decimal) -> Money:
        return CHECKS.money(amount, self.currency.code, self.reference)

    def _settled(self, line: Line) -> Decimal:
        is_home = all(each.second_currency is None for each in self.lines_to_pay)
        return line.paid(self.currency.id, is_home=is_home)
