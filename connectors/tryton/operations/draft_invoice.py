"""Drafts an invoice. Only `issue` posts the draft."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.common import VendorOperation
from connectors.tryton.client import TrytonClient
from connectors.tryton.documents import Documents
from connectors.tryton.models.documents import CHECKS, INVOICE_KIND
from connectors.tryton.models.new_documents import NewDocument
from domain.effect import Receipt, Strategy
from domain.invoice import DraftInvoice
from ports.operation import Attempt


@dataclass(frozen=True)
class DraftInvoiceOperation(VendorOperation[TrytonClient]):
    """Makes a draft with our reference; an undo deletes it while it is a draft."""

    documents: Documents
    kind = INVOICE_KIND
    looks_first = True
    strategy = Strategy.DRAFT

    async def do(self, command: DraftInvoice, attempt: Attempt) -> Receipt:
        CHECKS.require_payable(command.lines)
        document = NewDocument.invoice(command, self._reference(command))
        return self.documents.receipt(await self.documents.add(document))

    async def find(self, command: DraftInvoice) -> Sequence[Receipt]:
        found = await self.documents.find(self._reference(command))
        return [self.documents.receipt(stored) for stored in found]

    async def undo(self, command: DraftInvoice, receipt: Receipt) -> None:
        await self.documents.delete_draft(receipt.id)

    def _reference(self, command: DraftInvoice) -> str:
        return self.client.references.of(command.subject)
