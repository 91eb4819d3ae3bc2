"""What invoices and credit notes share: how they are written, found, and held against ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from connectors.tryton.chart import Chart
from connectors.tryton.facts import Tax
from connectors.tryton.links import Links
from connectors.tryton.office import MODEL, Office, Values, number_of
from connectors.tryton.stored import Invoices, StoredInvoice
from connectors.tryton.wire import Row, Rows, day, decimal
from domain.billing import InvoiceLine, InvoiceStatus
from domain.money import Money
from domain.names import ExternalId
from domain.tax import TaxRounding, TaxRule, tax_on
from ports.failures import Absent, Misconfigured, Rejected

# The tax amount goes in with the document, so it is ours to round.
TAX_ROUNDING = TaxRounding.PER_CATEGORY
_ISSUED = frozenset({InvoiceStatus.ISSUED, InvoiceStatus.PAID})


class _Party(Row):
    addresses: tuple[int, ...] = ()
    account_receivable: int | None = None


class _Parties(Rows):
    model: ClassVar = "party.party"
    reads: ClassVar = ("addresses", "account_receivable")
    result: list[_Party]


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


@dataclass(frozen=True, kw_only=True)
class Documents:
    """The customers' documents of one company."""

    office: Office
    chart: Chart
    links: Links
    settle: timedelta
    page_size: int

    async def add(self, document: Document) -> StoredInvoice:
        """A draft whose totals read back as ours; one that differs is left for a person to see."""
        made = await self.office.create(MODEL, await self._values(document))
        stored = await self.read(made)
        self.compare(stored, document)
        return stored

    def compare(self, stored: StoredInvoice, document: Document) -> None:
        """Raises Rejected unless it reads as it was meant, to the coin."""
        meant = (document.currency, document.totals)
        if (stored.currency.code, stored.amounts) != meant:
            raise Rejected(
                self.office.system,
                f"draft {stored.name} read back as {_sum(stored.amounts)} {stored.currency.code}, "
                f"expected {_sum(document.totals)} {document.currency}: finance must compare the "
                "tax in Tryton with ours",
            )

    async def read(self, id: ExternalId) -> StoredInvoice:
        found = await self.office.search(Invoices, [["id", "=", number_of(id)], *_CUSTOMERS])
        if not found.result:
            raise Absent(self.office.system, f"there is no invoice {id} in Tryton")
        return found.result[0]

    async def find(self, reference: str) -> list[StoredInvoice]:
        """All under our reference that are not gone, issued ones and then the oldest first."""
        found = await self.office.search(Invoices, [["reference", "=", reference], *_CUSTOMERS])
        live = (stored for stored in found.result if not stored.is_gone)
        return sorted(live, key=lambda stored: stored.age)

    async def post(self, id: ExternalId) -> None:
        """Make the draft a document, once: Tryton refuses to post a document again."""
        try:
            await self.office.press(MODEL, "post", number_of(id))
        except Rejected as refused:
            stored = await self.read(id)
            if stored.is_gone:
                reason = f"invoice {stored.name} is gone: it was cancelled"
                raise Rejected(self.office.system, reason) from refused
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
            raise Misconfigured(self.office.system, reason)
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
            "taxes": [["create", [_tax(document, tax)]]],
        }

    async def _party(self, customer: ExternalId) -> _Party:
        found = await self.office.search(_Parties, [["id", "=", number_of(customer)]])
        if not found.result:
            raise Rejected(self.office.system, f"customer {customer} is archived, or never was")
        if not found.result[0].addresses:
            reason = f"customer {customer} has no address: add one in Tryton"
            raise Rejected(self.office.system, reason)
        return found.result[0]


_CUSTOMERS: Sequence[Any] = (["type", "=", "out"],)


def _tax(document: Document, tax: Tax) -> Values:
    """The tax with its amount: Tryton would round half a coin to the even one.

    It keeps the amount as long as the base is that of the lines.
    """
    net, amount, _ = document.totals
    account = tax.invoice_account if document.sign > 0 else tax.credit_note_account
    return {
        "tax": tax.id,
        "account": account,
        "base": decimal(net),
        "amount": decimal(amount),
        "description": tax.description or tax.name,
        "manual": False,
    }


def _sum(amounts: Sequence[Decimal]) -> str:
    net, tax, gross = amounts
    return f"{net} + {tax} tax = {gross}"
