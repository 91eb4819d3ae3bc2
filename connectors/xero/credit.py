"""Credit notes in Xero, each allocated to the invoice it names."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.xero.documents import IN_FULL, KEY_LIFE, Documents
from connectors.xero.organisation import Organisation
from connectors.xero.where import all_of, equal
from connectors.xero.wire.base import only, wrapped
from connectors.xero.wire.documents import (
    Allocation,
    ContactId,
    CreditNotes,
    InvoiceId,
    NewDocument,
    StoredCreditNote,
)
from domain.billing import CreditInvoice, InvoiceLine
from domain.effect import EffectKind, IdempotencyPolicy, Receipt, Strategy
from domain.money import Money
from ports.failures import Rejected
from ports.operation import Attempt

_KIND = EffectKind("erp.credit")


@dataclass(frozen=True)
class CreditChange:
    """Makes a credit note and allocates it: two calls, of which the second needs the first."""

    documents: Documents
    kind: EffectKind = _KIND
    system: str = Organisation.system
    is_repeatable: bool = False

    @property
    def idempotency(self) -> IdempotencyPolicy:
        settle = self.documents.settle
        return IdempotencyPolicy(
            strategy=Strategy.IDEMPOTENCY_KEY, settle_time=settle, key_lifetime=KEY_LIFE
        )

    async def do(self, command: CreditInvoice, ticket: Attempt) -> Receipt:
        """Keeps a note that is there already, and allocates it if it reads as it was meant."""
        notes = await self._notes(command)
        note = notes[0] if notes else await self._add(command, ticket)
        if note.remaining_credit:
            name = f"credit note {note.credit_note_number or note.credit_note_id}"
            expected = self.documents.expected(_lines(command), command.tax)
            self.documents.compare(note, expected, name)
            await self._allocate(note, command, ticket)
        return note.made(self.documents.app)

    async def find(self, command: CreditInvoice) -> Sequence[Receipt]:
        """Those with nothing left to allocate: any other is not made yet, and `make` goes on."""
        notes = await self._notes(command)
        return [note.made(self.documents.app) for note in notes if not note.remaining_credit]

    async def undo(self, command: CreditInvoice, made: Receipt) -> None:
        reason = f"credit note {made.id} of {command.reference} is issued: it stays in the books"
        raise Rejected(self.system, reason)

    async def _notes(self, command: CreditInvoice) -> list[StoredCreditNote]:
        where = all_of(equal("Type", "ACCRECCREDIT"), equal("Reference", command.reference))
        query = {**IN_FULL, "where": where}
        pages = await self.documents.xero.all("/CreditNotes", CreditNotes, query)
        found = (note for page in pages for note in page.credit_notes)
        ours = (note for note in found if note.reference == command.reference and not note.is_gone)
        return sorted(ours, key=lambda note: note.age)

    async def _add(self, command: CreditInvoice, ticket: Attempt) -> StoredCreditNote:
        lines = _lines(command)
        *_, gross = self.documents.expected(lines, command.tax)
        await self._check_room(command, gross)
        note = NewDocument(
            type="ACCRECCREDIT",
            status="AUTHORISED",
            contact=ContactId(contact_id=command.customer),
            reference=command.reference,
            date=command.issue_date,
            currency_code=command.net.currency,
            line_items=await self.documents.lines(lines, command.tax),
        )
        answer = await self.documents.xero.create(
            "/CreditNotes",
            query=IN_FULL,
            body=wrapped("CreditNotes", note),
            key=ticket.idempotency_key,
        )
        return only(answer, answer.read(CreditNotes).credit_notes)

    async def _check_room(self, command: CreditInvoice, gross: Money) -> None:
        """Before anything is made: a note that finds no room would stay open in the books."""
        invoice = await self.documents.read(command.invoice)
        if invoice.amount_due < gross.amount:
            raise Rejected(
                self.system,
                f"invoice {invoice.invoice_number} has {invoice.amount_due} left to pay, less than "
                f"the credit of {gross}: finance must refund in Xero what was paid",
            )

    async def _allocate(
        self, note: StoredCreditNote, command: CreditInvoice, ticket: Attempt
    ) -> None:
        """The note's remainder, in one piece: a second allocation finds nothing left."""
        allocation = Allocation(
            amount=note.remaining_credit,
            date=command.issue_date,
            invoice=InvoiceId(invoice_id=command.invoice),
        )
        await self.documents.xero.create(
            "/CreditNotes/{}/Allocations",
            note.credit_note_id,
            body=wrapped("Allocations", allocation),
            key=f"{ticket.idempotency_key}-allocation",
        )


def _lines(command: CreditInvoice) -> tuple[InvoiceLine, ...]:
    """One line, which names the invoice."""
    note = f" ({command.tax.note})" if command.tax.note else ""
    description = f"Credit of invoice {command.invoice_number}: {command.reason}{note}"
    return (InvoiceLine(description=description, net=command.net),)
