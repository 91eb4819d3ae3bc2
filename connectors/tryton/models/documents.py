"""Invoices and credit notes on file, and those to be made; a credit note's amounts are negative."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Final, Self

from pydantic import Field

from connectors.common.documents import DocumentChecks, credit_lines
from connectors.tryton.models.chart import ChartData, Currency, Tax
from connectors.tryton.models.json import (
    Day,
    Exact,
    Moment,
    Record,
    Text,
    TrytonModel,
    Values,
    day,
    decimal,
)
from connectors.tryton.models.parties import InvoiceParty
from connectors.tryton.models.urls import Urls
from domain.billing import CreditInvoice, DraftInvoice, Invoice, InvoiceLine, InvoiceStatus
from domain.document import Totals
from domain.ids import ExternalId
from domain.money import Money
from domain.tax import TaxRounding, TaxRule

INVOICE: Final = "account.invoice"
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
        """How much less the customer owes by it; an exchange difference changes nothing."""
        if is_home:
            return self.credit - self.debit
        if self.second_currency == currency and self.amount_second_currency:
            return -self.amount_second_currency
        return Decimal(0)

    @property
    def is_of_a_credit_note(self) -> bool:
        return self.move.origin.startswith(f"{INVOICE},") and self.credit > 0


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
    write_date: Moment | None = None
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
    def settlements(self) -> list[Line]:
        """The lines that are set against it, each once."""
        ours = {None, *(line.reconciliation for line in self.lines_to_pay)}
        found = {line.id: line for line in (*self.payment_lines, *self.reconciliation_lines)}
        return [line for line in found.values() if line.reconciliation in ours]

    def to_invoice(self, urls: Urls) -> Invoice:
        """Whatever settles it and is no credit note counts as paid."""
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


@dataclass(frozen=True, kw_only=True)
class NewDocument:
    """A document to be made. In Tryton the quantity of a credit note is negative."""

    customer: ExternalId
    reference: str
    issue_date: date
    due_date: date
    lines: Sequence[InvoiceLine]
    rule: TaxRule
    is_credit: bool = False
    origin: str | None = None

    @classmethod
    def invoice(cls, command: DraftInvoice) -> Self:
        return cls(
            customer=command.customer,
            reference=command.reference,
            issue_date=command.issue_date,
            due_date=command.due_date,
            lines=command.lines,
            rule=command.tax,
        )

    @classmethod
    def credit_note(cls, command: CreditInvoice, invoice: StoredInvoice) -> Self:
        """Its line names the first line of the invoice as its origin."""
        return cls(
            customer=command.customer,
            reference=command.reference,
            issue_date=command.issue_date,
            due_date=command.issue_date,
            lines=credit_lines(command),
            rule=command.tax,
            is_credit=True,
            origin=f"account.invoice.line,{invoice.lines[0]}" if invoice.lines else None,
        )

    @property
    def totals(self) -> Totals:
        """The totals that Tryton must read back."""
        totals = Totals.expected(self.lines, self.rule, TAX_ROUNDING)
        return -totals if self.is_credit else totals

    def values(self, company: int, chart: ChartData, tax: Tax, party: InvoiceParty) -> Values:
        currency = chart.currencies[self.totals.currency]
        line = {
            "type": "line",
            "account": chart.revenue,
            "quantity": -1.0 if self.is_credit else 1.0,
            "currency": currency,
            "company": company,
            "taxes": [["add", [tax.id]]],
            "origin": self.origin,
        }
        lines = [
            {**line, "description": each.description, "unit_price": decimal(each.net.amount)}
            for each in self.lines
        ]
        return {
            "type": "out",
            "company": company,
            "party": party.id,
            "invoice_address": party.addresses[0],
            "account": party.account_receivable or chart.receivable,
            "journal": chart.journal,
            "currency": currency,
            "reference": self.reference,
            "invoice_date": day(self.issue_date),
            # Without a payment term, all is due on this date.
            "payment_term": None,
            "payment_term_date": day(self.due_date),
            "lines": [["create", lines]],
            "taxes": [["create", [self._tax(tax)]]],
        }

    def _tax(self, tax: Tax) -> Values:
        """The tax with its amount: Tryton would round half a cent to the even one.

        Tryton keeps the amount as long as the base is that of the lines.
        """
        totals = self.totals
        return {
            "tax": tax.id,
            "account": tax.credit_note_account if self.is_credit else tax.invoice_account,
            "base": decimal(totals.net),
            "amount": decimal(totals.tax),
            "description": tax.description or tax.name,
            "manual": False,
        }
