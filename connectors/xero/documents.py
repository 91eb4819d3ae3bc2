"""The invoices of one organisation, read whole: with their taxes by name and their credit notes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connectors.common import all_of
from connectors.xero.chart import Chart
from connectors.xero.client import XeroClient
from connectors.xero.models.documents import StoredInvoice, tax_types_of
from domain.ids import ExternalId
from domain.invoice import Invoice


@dataclass(frozen=True)
class Documents:
    """The reads that a document needs beside its own."""

    client: XeroClient
    chart: Chart

    async def read(self, invoice: ExternalId) -> Invoice:
        return await self.whole(await self.client.invoice(invoice))

    async def whole(self, stored: StoredInvoice) -> Invoice:
        return (await self.reader([stored]))(stored)

    async def reader(self, found: Sequence[StoredInvoice]) -> Callable[[StoredInvoice], Invoice]:
        """What translates these invoices; each credit note is read once."""
        named = {ExternalId(part.id) for stored in found for part in stored.credit_notes}
        notes = await all_of(map(self.client.credit_note, sorted(named)))
        known = {note.credit_note_id: note for note in notes}
        labels = await self.chart.labels(tax_types_of([*found, *notes]))
        return lambda stored: stored.to_invoice(self.client.links, labels, known)
