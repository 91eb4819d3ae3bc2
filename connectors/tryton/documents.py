"""The customers' invoices and credit notes of one company: read, drafted, posted and deleted."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.tryton.chart import Chart
from connectors.tryton.client import TrytonClient, number_of
from connectors.tryton.models.documents import CHECKS, INVOICE, StoredInvoice
from connectors.tryton.models.json import day
from connectors.tryton.models.new_documents import NewDocument
from connectors.tryton.models.parties import InvoiceParty
from domain.effect import Receipt
from domain.ids import ExternalId
from domain.invoice import Invoice, InvoiceDates, InvoiceStatus
from domain.money import Money
from ports.failures import Absent, Misconfigured, Rejected

_ISSUED = frozenset({InvoiceStatus.ISSUED, InvoiceStatus.PAID})


@dataclass(frozen=True)
class Documents:
    """The calls that both document operations share."""

    client: TrytonClient
    chart: Chart

    @property
    def system(self) -> str:
        return self.client.system

    async def add(self, document: NewDocument) -> StoredInvoice:
        """Makes a draft and compares it; one that differs stays for a person."""
        chart = await self.chart.complete(document.lines[0].net.currency)
        taxes = [await self.chart.tax(line.tax) for line in document.lines]
        party = await self._party(document.customer)
        if not (chart.revenue and chart.journal and (party.account_receivable or chart.receivable)):
            reason = (
                "the chart of accounts is not complete: `cashward doctor` names what is missing"
            )
            raise Misconfigured(self.system, reason)
        values = document.values(await self.client.company.get(), chart, taxes, party)
        stored = await self.at(await self.client.create(INVOICE, values))
        await self.require_as_asked(stored, document)
        return stored

    async def require_as_asked(self, stored: StoredInvoice, document: NewDocument) -> None:
        labels = await self.chart.labels()
        nothing = Money.zero(stored.currency.code)
        found = (
            stored.to_credit_note(labels, nothing)
            if document.is_credit
            else stored.to_invoice(self.client.urls, labels, {})
        )
        CHECKS.require_as_asked(found, document.lines)

    async def whole(self, stored: StoredInvoice) -> Invoice:
        return (await self.reader([stored]))(stored)

    async def reader(self, found: Iterable[StoredInvoice]) -> Callable[[StoredInvoice], Invoice]:
        """What translates these invoices; their credit notes are read together."""
        labels = await self.chart.labels()
        numbers = sorted({number for stored in found for number in stored.credit_notes})
        notes = await self.search(["id", "in", numbers]) if numbers else []
        known = {note.id: note for note in notes}
        return lambda stored: stored.to_invoice(self.client.urls, labels, known)

    async def set_dates(self, draft: StoredInvoice, dates: InvoiceDates) -> None:
        """Tryton refuses that for a document."""
        supplied = {"taxes_date": day(dates.supplied_on)}
        values = {
            "invoice_date": day(dates.issued_on),
            "payment_term_date": day(dates.due_on),
            "lines": [["write", [line.id for line in draft.lines], supplied]],
        }
        await self.client.write(INVOICE, draft.id, values)

    def receipt(self, stored: StoredInvoice) -> Receipt:
        return self.client.urls.receipt(INVOICE, stored.id)

    async def read(self, id: ExternalId) -> StoredInvoice:
        return await self.at(number_of(id))

    async def at(self, number: int) -> StoredInvoice:
        found = await self.search(["id", "=", number])
        if not found:
            raise Absent(self.system, f"there is no invoice {number} in Tryton")
        return found[0]

    async def find(self, reference: str) -> list[StoredInvoice]:
        """All with our reference that are not gone: issued ones first, and each oldest first."""
        found = await self.search(["reference", "=", reference])
        live = (stored for stored in found if not stored.is_gone)
        return sorted(live, key=lambda stored: (stored.is_draft, stored.id))

    async def search(self, *domain: Sequence[Any], limit: int | None = None) -> list[StoredInvoice]:
        to_customers = ["type", "=", "out"]
        return await self.client.search(StoredInvoice, [*domain, to_customers], limit=limit)

    async def post(self, number: int) -> None:
        """Makes the draft a document, once: Tryton refuses to post a document again."""
        try:
            await self.client.press(INVOICE, "post", number)
        except Rejected as refused:
            stored = await self.at(number)
            if stored.is_gone:
                reason = f"invoice {stored.name} is gone: it was cancelled"
                raise Rejected(self.system, reason) from refused
            if stored.status not in _ISSUED:
                raise

    async def delete_draft(self, id: ExternalId) -> None:
        """Delete a draft; raises Rejected if it was issued, and changes nothing if it is gone."""
        try:
            stored = await self.read(id)
        except Absent:
            return
        if stored.is_gone and not stored.number:
            return
        if not stored.is_draft:
            raise CHECKS.issued(stored.name)
        await self.delete(stored)

    async def delete(self, draft: StoredInvoice) -> None:
        if draft.state == "validated":
            await self.client.press(INVOICE, "cancel", draft.id)
        await self.client.press(INVOICE, "delete", draft.id)

    async def _party(self, customer: ExternalId) -> InvoiceParty:
        found = await self.client.search(InvoiceParty, [["id", "=", number_of(customer)]])
        if not found:
            raise Rejected(self.system, f"customer {customer} is archived, or never was")
        if not found[0].addresses:
            reason = f"customer {customer} has no address: add one in Tryton"
            raise Rejected(self.system, reason)
        return found[0]
