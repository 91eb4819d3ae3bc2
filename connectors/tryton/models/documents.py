"""Invoices and credit notes on file; the amounts of a credit note are negative."""

from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Final

from pydantic import Field

from connectors.common import References
from connectors.common.documents import DocumentChecks
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
from domain.document import Totals
from domain.effect import EffectKind
from domain.ids import ExternalId
from domain.invoice import Invoice, InvoiceStatus
from domain.money import Money
from domain.tax import TaxRounding
from domain.vendor_record import RecordState, VendorRecord
from ports.failures import Rejected

INVOICE: Final = "account.invoice"
INVOICE_KIND: Final = EffectKind("erp.invoice")
CREDIT_KIND: Final = EffectKind("erp.credit")
# We send the tax amount with the document, so the rounding is ours.
TAX_ROUNDING: Final = TaxRounding.PER_CATEGORY
CHECKS: Final = DocumentChecks("tryton", "Tryton")
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
    def is_of_a_credit_note(self) -> bool:
        return self.move.origin.startswith(f"{INVOICE},") and self.credit > 0


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
    lines: tuple[int, ...] = ()
    taxes: tuple[int, ...] = ()
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
    def totals(self) -> Totals:
        code = self.currency.code
        return Totals(code, self.untaxed_amount, self.tax_amount, self.total_amount)

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

    def to_invoice(self, urls: Urls) -> Invoice:
        """Translate the document; whatever settles it and is no credit note counts as paid."""
        due_dates = [line.maturity_date for line in self.lines_to_pay]
        return Invoice(
            id=ExternalId(str(self.id)),
            reference=self.reference,
            number=self.number,
            status=self.status,
            url=urls.record(INVOICE, self.id),
            issued_on=self.invoice_date,
            # The last of several instalments.
            due_on=max(filter(None, due_dates), default=self.payment_term_date),
            net=self._money(self.untaxed_amount),
            tax=self._money(self.tax_amount),
            gross=self._money(self.total_amount),
            paid=self._money(self._settled(of_credit_notes=False)),
            credited=self._money(self._settled(of_credit_notes=True)),
            pdf="" if self.is_draft else urls.pdf(self.id),
        )

    def _money(self, amount: Decimal) -> Money:
        return CHECKS.money(amount, self.currency.code, self.reference)

    def _settled(self, *, of_credit_notes: bool) -> Decimal:
        is_home = all(line.second_currency is None for line in self.lines_to_pay)
        parts = [
            line.paid(self.currency.id, is_home=is_home)
            for line in self.settlements
            if of_credit_notes is (line.is_of_a_credit_note or line.move.id == self.cancel_move)
        ]
        return sum(parts, start=Decimal(0))
