"""Credits an issued invoice by a credit note that is allocated to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.common import VendorOperation
from connectors.xero.client import IN_FULL, KEY_LIFETIME, XeroClient
from connectors.xero.documents import Documents
from connectors.xero.models.documents import CHECKS, StoredCreditNote, tax_types_of
from connectors.xero.models.filters import all_of, equal
from connectors.xero.models.json import wrapped
from connectors.xero.models.new_documents import Allocation, InvoiceId, NewDocument
from domain.effect import EffectKind, Receipt, Strategy
from domain.invoice import CreditInvoice
from ports.operation import Attempt


@dataclass(frozen=True)
class CreditInvoiceOperation(VendorOperation[XeroClient]):
    """Makes a credit note and allocates it: two calls, of which the second needs the first."""

    documents: Documents
    kind = EffectKind("erp.credit")
    looks_first = True
    strategy = Strategy.IDEMPOTENCY_KEY
    key_lifetime = KEY_LIFETIME

    async def do(self, command: CreditInvoice, attempt: Attempt) -> Receipt:
        """Keep a note that exists, and allocate it if it reads as ordered."""
        notes = await self._notes(command)
        note = notes[0] if notes else await self._add(command, attempt)
        if note.remaining_credit:
            left = note.money(note.remaining_credit)
            labels = await self.documents.chart.labels(tax_types_of([note]))
            read = note.to_credit_note(labels, left)
            CHECKS.require_as_asked(read, command.lines)
            await self._allocate(note, command, attempt)
        return note.receipt(self.client.links)

    async def find(self, command: CreditInvoice) -> Sequence[Receipt]:
        """The notes that are fully allocated; `do` goes on with any other."""
        notes = await self._notes(command)
        return [note.receipt(self.client.links) for note in notes if not note.remaining_credit]

    async def undo(self, command: CreditInvoice, receipt: Receipt) -> None:
        raise CHECKS.credited(command, receipt)

    async def _notes(self, command: CreditInvoice) -> list[StoredCreditNote]:
        reference = self._reference(command)
        where = all_of(equal("Type", "ACCRECCREDIT"), equal("Reference", reference))
        query = {**IN_FULL, "where": where}
        found = await self.client.all("CreditNotes", list[StoredCreditNote], query)
        ours = (note for note in found if note.reference == reference and not note.is_gone)
        return sorted(ours, key=lambda note: note.age)

    async def _add(self, command: CreditInvoice, attempt: Attempt) -> StoredCreditNote:
        """Check the outstanding amount first: too large a note would stay open in the books."""
        CHECKS.require_room(await self.documents.read(command.invoice), command.lines)
        rows = await self.documents.chart.lines(command.lines)
        note = NewDocument.credit_note(command, self._reference(command), rows)
        response = await self.client.create(
            "/CreditNotes",
            query=IN_FULL,
            body=wrapped("CreditNotes", note),
            key=attempt.idempotency_key,
        )
        return response.read(tuple[StoredCreditNote], "CreditNotes")[0]

    async def _allocate(
        self, note: StoredCreditNote, command: CreditInvoice, attempt: Attempt
    ) -> None:
        """Allocate the remainder in one piece: a second allocation finds nothing left."""
        allocation = Allocation(
            amount=note.remaining_credit,
            date=command.issue_date,
            invoice=InvoiceId(invoice_id=command.invoice),
        )
        await self.client.create(
            "/CreditNotes/{}/Allocations",
            note.credit_note_id,
            body=wrapped("Allocations", allocation),
            key=f"{attempt.idempotency_key}-allocation",
        )

    def _reference(self, command: CreditInvoice) -> str:
        return self.client.references.of(command.subject)
