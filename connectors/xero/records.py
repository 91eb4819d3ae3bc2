"""Our invoices and credit notes in Xero, as its lists have them."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime

from connectors.common import VendorRecords
from connectors.xero.client import XeroClient
from connectors.xero.models.documents import Stored, StoredCreditNote, StoredInvoice
from connectors.xero.models.filters import all_of, equal, starts
from domain.effect import EffectKind
from domain.ids import ExternalId
from domain.vendor_record import VendorRecord
from ports.failures import Absent


class XeroRecords(VendorRecords[XeroClient]):
    """Found by our reference; Xero keeps what was voided or deleted."""

    kinds = (StoredInvoice.kind, StoredCreditNote.kind)

    async def changed_since(self, kind: EffectKind, since: datetime) -> AsyncIterator[VendorRecord]:
        async for stored in self._changes(kind, since):
            if record := self._ours(stored):
                yield record

    async def read(self, kind: EffectKind, id: ExternalId) -> VendorRecord | None:
        with suppress(Absent):
            if kind == StoredInvoice.kind:
                return self._ours(await self.client.invoice(id))
            return self._ours(await self.client.credit_note(id))
        return None

    async def remove(self, record: VendorRecord) -> None:
        await self.client.delete_draft(record.id)

    def _changes(self, kind: EffectKind, since: datetime) -> AsyncIterator[Stored]:
        changes, ours = self.client.changes, starts("Reference", self.client.references.prefix)
        if kind == StoredCreditNote.kind:
            where = all_of(equal("Type", "ACCRECCREDIT"), ours)
            return changes("CreditNotes", list[StoredCreditNote], since, where=where)
        where = all_of(equal("Type", "ACCREC"), ours)
        statuses = {"Statuses": "DRAFT,SUBMITTED,AUTHORISED,PAID,VOIDED,DELETED"}
        return changes("Invoices", list[StoredInvoice], since, where=where, **statuses)

    def _ours(self, stored: Stored) -> VendorRecord | None:
        """The record; None if it is another's: Xero ignores case and accents."""
        record = stored.to_record(self.client.references, self.client.links)
        return record if record.subject else None
