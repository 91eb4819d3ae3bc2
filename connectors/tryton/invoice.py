"""Drafts of invoices in Tryton. Only `issue` makes one a document."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.tryton.document import Document
from connectors.tryton.documents import Documents
from connectors.tryton.office import Office
from domain.billing import DraftInvoice
from domain.effect import EffectKind, Made, Repeat, Strategy
from ports.change import Ticket
from ports.failures import Absent, Rejected

_KIND = EffectKind("erp.invoice")


@dataclass(frozen=True)
class InvoiceChange:
    """Makes a draft under our reference, and deletes it while it is one."""

    documents: Documents
    kind: EffectKind = _KIND
    system: str = Office.system
    reopens: bool = False

    @property
    def repeat(self) -> Repeat:
        return Repeat(strategy=Strategy.DRAFT, settle=self.documents.settle)

    async def make(self, command: DraftInvoice, ticket: Ticket) -> Made:
        del ticket
        document = Document(
            customer=command.customer,
            reference=command.reference,
            issue_date=command.issue_date,
            due_date=command.due_date,
            lines=command.lines,
            rule=command.tax,
        )
        return (await self.documents.add(document)).made(self.documents.links)

    async def find(self, command: DraftInvoice) -> Sequence[Made]:
        found = await self.documents.find(command.reference)
        return [stored.made(self.documents.links) for stored in found]

    async def take_back(self, command: DraftInvoice, made: Made) -> None:
        del command
        try:
            stored = await self.documents.read(made.id)
        except Absent:
            return
        if stored.is_gone and not stored.number:
            return
        if not stored.is_draft:
            reason = f"invoice {stored.name} is issued: only a credit note reverses it"
            raise Rejected(self.system, reason)
        await self.documents.delete(stored)
