"""What invoices and credit notes share: how they are written, found, and held against ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

from connectors.tryton.chart import Chart
from connectors.tryton.document import Document
from connectors.tryton.links import Links
from connectors.tryton.office import MODEL, Office, Values, number_of
from connectors.tryton.stored import Invoices, StoredInvoice
from connectors.tryton.wire import Row, Rows, day, decimal
from domain.billing import InvoiceStatus
from domain.names import ExternalId
from ports.failures import Absent, Misconfigured, Rejected

_ISSUED = frozenset({InvoiceStatus.ISSUED, InvoiceStatus.PAID})


class _Party(Row):
    addresses: tuple[int, ...] = ()
    account_receivable: int | None = None


class _Parties(Rows):
    model: ClassVar = "party.party"
    reads: ClassVar = ("addresses", "account_receivable")
    result: list[_Party]


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
            "taxes": [["create", [document.tax(tax)]]],
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


def _sum(amounts: Sequence[Decimal]) -> str:
    net, tax, gross = amounts
    return f"{net} + {tax} tax = {gross}"
