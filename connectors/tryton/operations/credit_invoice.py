"""Credits an issued invoice by Tryton's own procedure: a draft, its posting, its setting off.

Tryton's wizard credits a whole invoice. With a refund the wizard would cancel the invoice, and
would refuse where its rounding of the tax is a cent off. So it makes only the draft, which has our
reference from the start and gets our tax before it is posted. The wizard cannot credit a part of an
invoice; such a credit note is an invoice below zero, as Tryton has them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.common import VendorOperation
from connectors.tryton.client import TrytonClient, WizardCall
from connectors.tryton.documents import Documents
from connectors.tryton.models.documents import (
    CHECKS,
    CREDIT_KIND,
    INVOICE,
    TAX_ROUNDING,
    StoredInvoice,
)
from connectors.tryton.models.json import day, decimal
from connectors.tryton.models.new_documents import NewDocument
from domain.document import compare
from domain.effect import Receipt, Strategy
from domain.invoice import CreditInvoice
from ports.failures import Rejected
from ports.operation import Attempt


@dataclass(frozen=True)
class CreditInvoiceOperation(VendorOperation[TrytonClient]):
    """Looks up each of the three steps before it is done."""

    documents: Documents
    kind = CREDIT_KIND
    looks_first = True
    strategy = Strategy.DRAFT

    async def do(self, command: CreditInvoice, attempt: Attempt) -> Receipt:
        """Continue with what exists; of several drafts, the oldest counts."""
        invoice = await self.documents.read(command.invoice)
        document = NewDocument.credit_note(command, self._reference(command), invoice)
        notes = await self.documents.find(document.reference)
        read = await self.documents.whole(invoice)
        is_whole = not compare(command.lines, read, TAX_ROUNDING)
        if not notes:
            CHECKS.require_room(read, command.lines)
        note = notes[0] if notes else await self._draft(document, invoice, is_whole=is_whole)
        for stray in notes[1:]:
            if stray.is_draft:
                await self.documents.delete(stray)
        if note.is_draft:
            note = await self._post(note, document, invoice if is_whole else None)
        if not _is_set_off(note, invoice):
            await self._set_off(note, invoice)
        return self.documents.receipt(note)

    async def find(self, command: CreditInvoice) -> Sequence[Receipt]:
        """The notes that are set off against the invoice; `do` goes on with any other."""
        notes = await self.documents.find(self._reference(command))
        if not notes:
            return []
        invoice = await self.documents.read(command.invoice)
        return [self.documents.receipt(note) for note in notes if _is_set_off(note, invoice)]

    async def undo(self, command: CreditInvoice, receipt: Receipt) -> None:
        raise CHECKS.credited(command, receipt)

    def _reference(self, command: CreditInvoice) -> str:
        return self.client.references.of(command.subject)

    async def _draft(
        self, document: NewDocument, invoice: StoredInvoice, *, is_whole: bool
    ) -> StoredInvoice:
        if not is_whole:
            return await self.documents.add(document)
        on = day(document.dates.issued_on)
        call = WizardCall(
            wizard="account.invoice.credit",
            model=INVOICE,
            ids=[invoice.id],
            button="credit",
            form={"with_refund": False, "with_refund_allowed": True, "invoice_date": on},
            presets={"reference": document.reference, "payment_term_date": on},
        )
        await self.client.run_wizard(call)
        if not (notes := await self.documents.find(document.reference)):
            reason = "the credit note has not our reference: update Tryton to 8.2"
            raise Rejected(self.system, reason)
        return notes[0]

    async def _post(
        self, note: StoredInvoice, document: NewDocument, invoice: StoredInvoice | None
    ) -> StoredInvoice:
        """Post the note; one of the wizard mirrors the invoice, and gets its reason and taxes."""
        if invoice:
            await self._mend(note, document.words, invoice)
            note = await self.documents.at(note.id)
        await self.documents.require_as_asked(note, document)
        await self.documents.post(note.id)
        return await self.documents.at(note.id)

    async def _mend(self, note: StoredInvoice, reason: str | None, invoice: StoredInvoice) -> None:
        """The wizard leaves out the reason, and rounds the tax in its own way."""
        mirrored = {(each.tax.id, -each.base): -each.amount for each in invoice.taxes}
        taxes = [
            ["write", [each.id], {"amount": decimal(mirrored[each.tax.id, each.base])}]
            for each in note.taxes
            if mirrored.get((each.tax.id, each.base), each.amount) != each.amount
        ]
        if taxes or note.description != reason:
            await self.client.write(INVOICE, note.id, {"description": reason, "taxes": taxes})

    async def _set_off(self, note: StoredInvoice, invoice: StoredInvoice) -> None:
        """Set the note off: a full one closes the invoice, a smaller one joins its payments."""
        own = [line.id for line in note.lines_to_pay]
        if invoice.amount_to_pay == -note.total_amount:
            lines = (*invoice.lines_to_pay, *invoice.payment_lines)
            still_open = {line.id for line in lines if line.reconciliation is None}
            closing, ids = "account.move.reconcile_lines", sorted(still_open | set(own))
            call = WizardCall(wizard=closing, model="account.move.line", ids=ids)
            await self.client.run_wizard(call)
        else:
            await self.client.write(INVOICE, invoice.id, {"payment_lines": [["add", own]]})


def _is_set_off(note: StoredInvoice, invoice: StoredInvoice) -> bool:
    against = {line.id for line in invoice.settlements}
    return bool(note.lines_to_pay) and against >= {line.id for line in note.lines_to_pay}
