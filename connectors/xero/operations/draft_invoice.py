"""Drafts an invoice. Only `issue` makes the draft a document."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.common import VendorOperation
from connectors.xero.client import IN_FULL, KEY_LIFETIME, XeroClient
from connectors.xero.documents import Documents
from connectors.xero.models.documents import CHECKS, StoredInvoice
from connectors.xero.models.json import wrapped
from connectors.xero.models.new_documents import NewDocument
from domain.effect import EffectKind, Receipt, Strategy
from domain.invoice import DraftInvoice
from ports.operation import Attempt


@dataclass(frozen=True)
class DraftInvoiceOperation(VendorOperation[XeroClient]):
    """Makes a draft with our reference; an undo deletes it while it is a draft."""

    documents: Documents
    kind = EffectKind("erp.invoice")
    looks_first = True
    strategy = Strategy.DRAFT
    key_lifetime = KEY_LIFETIME

    async def do(self, command: DraftInvoice, attempt: Attempt) -> Receipt:
        """Compares the draft with ours; one that differs stays for a person."""
        CHECKS.require_payable(command.lines)
        lines = await self.documents.chart.lines(command.lines)
        invoice = NewDocument.invoice(command, self._reference(command), lines)
        response = await self.client.create(
            "/Invoices",
            query=IN_FULL,
            body=wrapped("Invoices", invoice),
            key=attempt.idempotency_key,
        )
        stored = response.read(tuple[StoredInvoice], "Invoices")[0]
        CHECKS.require_as_asked(await self.documents.whole(stored), command.lines)
        return stored.receipt(self.client.links)

    async def find(self, command: DraftInvoice) -> Sequence[Receipt]:
        found = await self.client.invoices(self._reference(command))
        return [stored.receipt(self.client.links) for stored in found if not stored.is_gone]

    async def undo(self, command: DraftInvoice, receipt: Receipt) -> None:
        await self.client.delete_draft(receipt.id)

    def _reference(self, command: DraftInvoice) -> str:
        return self.client.references.of(command.subject)
