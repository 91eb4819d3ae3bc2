"""Invoices and credit notes: as Tryton has them, and how they are written and held to ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Final

from pydantic import Field, ValidationError

from connectors.tryton.office import Chart, Links, Office
from connectors.tryton.wire import (
    MODEL,
    SYSTEM,
    Currency,
    Customer,
    Day,
    Exact,
    Line,
    Moment,
    Row,
    Rows,
    Tax,
    Text,
    Values,
    day,
    decimal,
    number_of,
)
from domain.billing import Invoice, InvoiceLine, InvoiceStatus
from domain.effect import Receipt
from domain.ids import ExternalId
from domain.money import Money
from domain.tax import TaxRounding, TaxRule, tax_on
from ports.failures import Absent, Misconfigured, Rejected

# The tax amount goes in with the document, so it is ours to round.
TAX_ROUNDING = TaxRounding.PER_CATEGORY
_CUSTOMERS: Sequence[Any] = (["type", "=", "out"],)
_ISSUED = frozenset({InvoiceStatus.ISSUED, InvoiceStatus.PAID})
_STATUSES: Final = {
    "draft": InvoiceStatus.DRAFT,
    "validated": InvoiceStatus.DRAFT,
    "posted": InvoiceStatus.ISSUED,
    "paid": InvoiceStatus.PAID,
    "cancelled": InvoiceStatus.GONE,
}


class StoredInvoice(Row):
    """A document on file, read with its settlements; a credit note's amounts are negative."""

    model: ClassVar = MODEL
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
    def amounts(self) -> tuple[Decimal, Decimal, Decimal]:
        return self.untaxed_amount, self.tax_amount, self.total_amount

    @property
    def changed_at(self) -> datetime | None:
        """The last change of the record, or of a payment that is set against it."""
        moments = [self.write_date, *(line.write_date for line in self.payment_lines)]
        return max(filter(None, moments), default=None)

    @property
    def settlements(self) -> list[Line]:
        """What was set against it and still is, each once."""
        ours = {None, *(line.reconciliation for line in self.lines_to_pay)}
        found = {line.id: line for line in (*self.payment_lines, *self.reconciliation_lines)}
        return [line for line in found.values() if line.reconciliation in ours]

    def invoice(self, links: Links) -> Invoice:
        """In our words: whatever settles it and is no credit note counts as paid."""
        due_dates = [line.maturity_date for line in self.lines_to_pay]
        return Invoice(
            id=ExternalId(str(self.id)),
            reference=self.reference,
            number=self.number,
            status=self.status,
            url=links.write_back(MODEL, self.id),
            issued_on=self.invoice_date,
            # Of several instalments, the last.
            due_on=max(filter(None, due_dates), default=self.payment_term_date),
            net=self._money(self.untaxed_amount),
            tax=self._money(self.tax_amount),
            gross=self._money(self.total_amount),
            paid=self._money(self._settled(of_credit_notes=False)),
            credited=self._money(self._settled(of_credit_notes=True)),
            pdf="" if self.is_draft else links.pdf(self.id),
        )

    def _money(self, amount: Decimal) -> Money:
        """An amount of the document. Raises Rejected for half a yen."""
        try:
            return Money.of(amount, self.currency.code)
        except ValidationError as odd:
            reason = f"{self.reference} reads {amount} {self.currency.code}, which nobody can pay"
            raise Rejected(SYSTEM, reason) from odd

    def _settled(self, *, of_credit_notes: bool) -> Decimal:
        is_home = all(line.second_currency is None for line in self.lines_to_pay)
        parts = [
            line.in_currency(self.currency.id, is_home=is_home)
            for line in self.settlements
            if of_credit_notes is (line.is_of_a_credit_note or line.move.id == self.cancel_move)
        ]
        return sum(parts, start=Decimal(0))


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document to be. `sign` is -1 of a credit note: Tryton counts its quantity below zero."""

    customer: ExternalId
    reference: str
    issue_date: date
    due_date: date
    lines: Sequence[InvoiceLine]
    rule: TaxRule
    sign: int = 1
    origin: str | None = None

    @property
    def currency(self) -> str:
        return self.lines[0].net.currency

    @property
    def totals(self) -> tuple[Decimal, Decimal, Decimal]:
        """Net, tax and gross, as they must read back."""
        nets = [line.net for line in self.lines]
        net, tax = Money.total(nets, self.currency), tax_on(nets, self.rule, TAX_ROUNDING)
        return net.amount * self.sign, tax.amount * self.sign, (net + tax).amount * self.sign

    def tax(self, tax: Tax) -> Values:
        """The tax with its amount: Tryton would round half a coin to the even one.

        It keeps the amount as long as the base is that of the lines.
        """
        net, amount, _ = self.totals
        return {
            "tax": tax.id,
            "account": tax.invoice_account if self.sign > 0 else tax.credit_note_account,
            "base": decimal(net),
            "amount": decimal(amount),
            "description": tax.description or tax.name,
            "manual": False,
        }


@dataclass(frozen=True, kw_only=True)
class Documents:
    """The customers' documents of one company."""

    office: Office
    chart: Chart
    settle: timedelta
    page_size: int

    async def add(self, document: Document) -> StoredInvoice:
        """A draft whose totals read back as ours; one that differs is left for a person to see."""
        stored = await self.at(await self.office.create(MODEL, await self._values(document)))
        self.compare(stored, document)
        return stored

    def compare(self, stored: StoredInvoice, document: Document) -> None:
        """Raises Rejected unless it reads as it was meant, to the coin."""
        meant = (document.currency, document.totals)
        if (stored.currency.code, stored.amounts) != meant:
            raise Rejected(
                SYSTEM,
                f"draft {stored.name} read back as {_sum(stored.amounts)} {stored.currency.code}, "
                f"expected {_sum(document.totals)} {document.currency}: finance must compare the "
                "tax in Tryton with ours",
            )

    def made(self, stored: StoredInvoice) -> Receipt:
        return self.office.links.made(MODEL, stored.id)

    async def read(self, id: ExternalId) -> StoredInvoice:
        return await self.at(number_of(id))

    async def at(self, number: int) -> StoredInvoice:
        found = await self.search(["id", "=", number])
        if not found:
            raise Absent(SYSTEM, f"there is no invoice {number} in Tryton")
        return found[0]

    async def find(self, reference: str) -> list[StoredInvoice]:
        """All under our reference that are not gone, issued ones and then the oldest first."""
        found = await self.search(["reference", "=", reference])
        live = (stored for stored in found if not stored.is_gone)
        return sorted(live, key=lambda stored: (stored.is_draft, stored.id))

    async def search(self, *domain: Sequence[Any], limit: int | None = None) -> list[StoredInvoice]:
        return await self.office.search(Rows[StoredInvoice], [*domain, *_CUSTOMERS], limit=limit)

    async def post(self, number: int) -> None:
        """Make the draft a document, once: Tryton refuses to post a document again."""
        try:
            await self.office.press(MODEL, "post", number)
        except Rejected as refused:
            stored = await self.at(number)
            if stored.is_gone:
                reason = f"invoice {stored.name} is gone: it was cancelled"
                raise Rejected(SYSTEM, reason) from refused
            if stored.status not in _ISSUED:
                raise

    async def delete(self, draft: StoredInvoice) -> None:
        if draft.state == "validated":
            await self.office.press(MODEL, "cancel", draft.id)
        await self.office.press(MODEL, "delete", draft.id)

    async def _values(self, document: Document) -> Values:
        facts, tax = await self.chart.facts(), await self.chart.tax(document.rule)
        currency = await self.chart.currency(document.currency)
        party = await self._party(document.customer)
        account = party.account_receivable or facts.receivable
        if not (facts.revenue and facts.journal and account):
            reason = (
                "the chart of accounts is not complete: `cashward doctor` names what is missing"
            )
            raise Misconfigured(SYSTEM, reason)
        line = {
            "type": "line",
            "account": facts.revenue,
            "quantity": float(document.sign),
            "currency": currency,
            "company": await self.office.company(),
            "taxes": [["add", [tax.id]]],
            "origin": document.origin,
        }
        own = [
            {**line, "description": each.description, "unit_price": decimal(each.net.amount)}
            for each in document.lines
        ]
        return {
            "type": "out",
            "company": line["company"],
            "party": party.id,
            "invoice_address": party.addresses[0],
            "account": account,
            "journal": facts.journal,
            "currency": currency,
            "reference": document.reference,
            "invoice_date": day(document.issue_date),
            # Without a term the date says itself when all is due.
            "payment_term": None,
            "payment_term_date": day(document.due_date),
            "lines": [["create", own]],
            "taxes": [["create", [document.tax(tax)]]],
        }

    async def _party(self, customer: ExternalId) -> Customer:
        found = await self.office.search(Rows[Customer], [["id", "=", number_of(customer)]])
        if not found:
            raise Rejected(SYSTEM, f"customer {customer} is archived, or never was")
        if not found[0].addresses:
            reason = f"customer {customer} has no address: add one in Tryton"
            raise Rejected(SYSTEM, reason)
        return found[0]


def _sum(amounts: Sequence[Decimal]) -> str:
    net, tax, gross = amounts
    return f"{net} + {tax} tax = {gross}"
