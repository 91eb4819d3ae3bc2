"""Credit notes in Tryton, each set against the invoice it names."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.tryton.document import Document
from connectors.tryton.documents import Documents
from connectors.tryton.lines import Line
from connectors.tryton.office import MODEL, Office
from connectors.tryton.stored import StoredInvoice
from domain.billing import CreditInvoice, InvoiceLine
from domain.effect import EffectKind, Made, Repeat, Strategy
from domain.names import ExternalId
from ports.change import Ticket
from ports.failures import Rejected

_KIND = EffectKind("erp.credit")
_RECONCILE = "account.move.reconcile_lines"


@dataclass(frozen=True)
class CreditChange:
    """A draft, its posting, and its place among the invoice's payments: each done once.

    Tryton's own wizard would round the tax anew, take no partial amount, and make a second note
    when it is asked again.
    """

    documents: Documents
    kind: EffectKind = _KIND
    system: str = Office.system
    reopens: bool = False

    @property
    def repeat(self) -> Repeat:
        return Repeat(strategy=Strategy.DRAFT, settle=self.documents.settle)

    async def make(self, command: CreditInvoice, ticket: Ticket) -> Made:
        """Goes on with what is there already; of several drafts, with the oldest alone."""
        del ticket
        invoice = await self.documents.read(command.invoice)
        notes = await self.documents.find(command.reference)
        note = notes[0] if notes else await self._add(command, invoice)
        for stray in notes[1:]:
            if stray.is_draft:
                await self.documents.delete(stray)
        if note.is_draft:
            self.documents.compare(note, _document(command, invoice))
            await self.documents.post(ExternalId(str(note.id)))
            note = await self.documents.read(ExternalId(str(note.id)))
        if not _is_set_off(note, invoice):
            await self._set_off(note, invoice)
        return note.made(self.documents.links)

    async def find(self, command: CreditInvoice) -> Sequence[Made]:
        """Those that count against the invoice: any other is not made yet, and `make` goes on."""
        notes = await self.documents.find(command.reference)
        if not notes:
            return []
        invoice = await self.documents.read(command.invoice)
        return [note.made(self.documents.links) for note in notes if _is_set_off(note, invoice)]

    async def take_back(self, command: CreditInvoice, made: Made) -> None:
        reason = f"credit note {made.id} of {command.reference} is issued: it stays in the books"
        raise Rejected(self.system, reason)

    async def _add(self, command: CreditInvoice, invoice: StoredInvoice) -> StoredInvoice:
        """Only where there is room: a note that finds none would stay open in the books."""
        document = _document(command, invoice)
        *_, gross = document.totals
        if invoice.amount_to_pay < -gross:
            raise Rejected(
                self.system,
                f"invoice {invoice.name} has {invoice.amount_to_pay} left to pay, less than the "
                f"credit of {-gross}: finance must refund in Tryton what was paid",
            )
        return await self.documents.add(document)

    async def _set_off(self, note: StoredInvoice, invoice: StoredInvoice) -> None:
        """A note over all that is open closes the invoice; a smaller one joins its payments."""
        office, own = self.documents.office, [line.id for line in note.lines_to_pay]
        if invoice.amount_to_pay == -note.total_amount:
            lines = {line.id for line in _open(invoice)} | set(own)
            await office.wizard(_RECONCILE, "account.move.line", sorted(lines))
        else:
            await office.write(MODEL, invoice.id, {"payment_lines": [["add", own]]})


def _open(invoice: StoredInvoice) -> list[Line]:
    lines = (*invoice.lines_to_pay, *invoice.payment_lines)
    return [line for line in lines if line.reconciliation is None]


def _is_set_off(note: StoredInvoice, invoice: StoredInvoice) -> bool:
    against = {line.id for line in invoice.settlements}
    return bool(note.lines_to_pay) and against >= {line.id for line in note.lines_to_pay}


def _document(command: CreditInvoice, invoice: StoredInvoice) -> Document:
    """One line, which names the invoice in words and by its first line."""
    note = f" ({command.tax.note})" if command.tax.note else ""
    description = f"Credit of invoice {command.invoice_number}: {command.reason}{note}"
    return Document(
        customer=command.customer,
        reference=command.reference,
        issue_date=command.issue_date,
        due_date=command.issue_date,
        lines=(InvoiceLine(description=description, net=command.net),),
        rule=command.tax,
        sign=-1,
        origin=f"account.invoice.line,{invoice.lines[0]}" if invoice.lines else None,
    )
