"""Drafts of invoices in Xero. Only `issue` makes one a document."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.xero.documents import IN_FULL, KEY_LIFE, Documents
from connectors.xero.organisation import Organisation
from connectors.xero.wire.base import only, wrapped
from connectors.xero.wire.documents import ContactId, Invoices, NewDocument
from domain.billing import DraftInvoice
from domain.effect import EffectKind, IdempotencyPolicy, Receipt, Strategy
from ports.failures import Absent, Rejected
from ports.operation import Attempt

_KIND = EffectKind("erp.invoice")
_FORBIDDEN_IN_URLS = "xero"


@dataclass(frozen=True)
class InvoiceChange:
    """Makes a draft under our reference, and deletes it while it is one."""

    documents: Documents
    kind: EffectKind = _KIND
    system: str = Organisation.system
    is_repeatable: bool = False

    @property
    def idempotency(self) -> IdempotencyPolicy:
        settle = self.documents.settle
        return IdempotencyPolicy(strategy=Strategy.DRAFT, settle_time=settle, key_lifetime=KEY_LIFE)

    async def do(self, command: DraftInvoice, ticket: Attempt) -> Receipt:
        """A draft whose totals read back as ours; one that differs is left for a person to see."""
        documents = self.documents
        answer = await documents.xero.create(
            "/Invoices",
            query=IN_FULL,
            body=wrapped("Invoices", await self._document(command)),
            key=ticket.idempotency_key,
        )
        stored = only(answer, answer.read(Invoices).invoices)
        name = f"draft {stored.invoice_number or stored.invoice_id}"
        documents.compare(stored, documents.expected(command.lines, command.tax), name)
        return stored.made(documents.app)

    async def find(self, command: DraftInvoice) -> Sequence[Receipt]:
        found = await self.documents.find(command.reference)
        return [invoice.made(self.documents.app) for invoice in found if not invoice.is_gone]

    async def undo(self, command: DraftInvoice, made: Receipt) -> None:
        del command
        try:
            stored = await self.documents.read(made.id)
        except Absent:
            return
        if stored.is_gone:
            return
        if not stored.is_draft:
            reason = f"invoice {stored.invoice_number} is issued: only a credit note reverses it"
            raise Rejected(self.system, reason)
        await self.documents.move(made.id, "DELETED")

    async def _document(self, command: DraftInvoice) -> NewDocument:
        url = command.url if _FORBIDDEN_IN_URLS not in command.url.lower() else ""
        return NewDocument(
            type="ACCREC",
            status="DRAFT",
            contact=ContactId(contact_id=command.customer),
            reference=command.reference,
            date=command.issue_date,
            due_date=command.due_date,
            currency_code=command.net.currency,
            url=url or None,
            line_items=await self.documents.lines(command.lines, command.tax),
        )
