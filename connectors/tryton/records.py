"""Our invoices and credit notes in Tryton, as its lists have them."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Final

from connectors.common import VendorRecords
from connectors.tryton.chart import Chart
from connectors.tryton.client import TrytonClient
from connectors.tryton.documents import Documents
from connectors.tryton.models.documents import (
    CREDIT_KIND,
    INVOICE_KIND,
    DocumentDates,
    StoredInvoice,
)
from connectors.tryton.models.json import moment
from domain.effect import EffectKind
from domain.ids import ExternalId
from domain.vendor_record import VendorRecord
from ports.failures import Absent

# A record has the time of its writing, and others see it when the transaction has ended.
OVERLAP: Final = timedelta(seconds=30)


class TrytonRecords(VendorRecords[TrytonClient]):
    """Found by our reference; a deleted draft leaves no trace."""

    kinds = (INVOICE_KIND, CREDIT_KIND)

    def __init__(self, client: TrytonClient) -> None:
        super().__init__(client)
        self._documents = Documents(client, Chart(client))

    async def changed_since(self, kind: EffectKind, since: datetime) -> AsyncIterator[VendorRecord]:
        """Reads the dates of all, since Tryton sorts by none that is always set; then by pages."""
        changes = await self._changes(kind, since - OVERLAP)
        size = self.client.settings.page_size
        for start in range(0, len(changes), size):
            page = [change.id for change in changes[start : start + size]]
            found = {row.id: row for row in await self._documents.search(["id", "in", page])}
            for number in page:
                if (row := found.get(number)) and (record := self._ours(row)):
                    yield record

    async def read(self, kind: EffectKind, id: ExternalId) -> VendorRecord | None:
        try:
            record = self._ours(await self._documents.read(id))
        except Absent:
            return None
        return record if record and record.kind == kind else None

    async def remove(self, record: VendorRecord) -> None:
        await self._documents.delete_draft(record.id)

    async def _changes(self, kind: EffectKind, since: datetime) -> list[DocumentDates]:
        sign = "<" if kind == CREDIT_KIND else ">="
        fields = ("create_date", "write_date")
        domain = [
            ["type", "=", "out"],
            ["untaxed_amount", sign, 0],
            ["reference", "like", f"{self.client.references.prefix}%"],
            ["OR", *([field, ">=", moment(since)] for field in fields)],
        ]
        return sorted(await self.client.search(DocumentDates, domain), key=lambda change: change.at)

    def _ours(self, stored: StoredInvoice) -> VendorRecord | None:
        record = stored.to_record(self.client.references, self.client.urls)
        return record if record.subject else None
