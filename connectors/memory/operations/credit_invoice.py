"""Credits an issued invoice."""

from collections.abc import Sequence

from connectors.memory.documents import figures
from connectors.memory.operations.base import MemoryOperation, receipt_of
from connectors.memory.world import CHECKS
from domain.effect import EffectKind, Receipt
from domain.invoice import CreditInvoice, CreditNote


class CreditInvoiceOperation(MemoryOperation[CreditInvoice]):
    """A credit note is allocated as it is made, and stays in the books."""

    kind = EffectKind("erp.credit")
    looks_first = True
    is_repeatable = False

    def create(self, command: CreditInvoice) -> Receipt:
        invoice = self.world.invoice(command.invoice)
        CHECKS.require_room(invoice, command.lines)
        read = figures(command.lines)
        note = CreditNote(
            id=self.world.next_id("N"),
            reference=self.reference(command),
            number=self.world.next_credit_number(),
            issued_on=command.issue_date,
            allocated=read["gross"],
            **read,
        )
        self.world.credits[note.id] = command
        notes = (*invoice.credit_notes, note)
        self.world.settle(invoice.model_copy(update={"credit_notes": notes}))
        return receipt_of("credits", note.id)

    def existing(self, command: CreditInvoice) -> Sequence[Receipt]:
        return [receipt_of("credits", note) for note in self.ours(self.world.credits, command)]

    def remove(self, command: CreditInvoice, receipt: Receipt) -> None:
        raise CHECKS.credited(command, receipt)
