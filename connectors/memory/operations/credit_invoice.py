"""Credits an issued invoice."""

from collections.abc import Sequence

from connectors.common.documents import credit_lines
from connectors.memory.operations.base import MemoryOperation, receipt_of
from connectors.memory.world import CHECKS, TAX_ROUNDING
from domain.document import Totals
from domain.effect import EffectKind, Receipt
from domain.invoice import CreditInvoice
from domain.money import Money


class CreditInvoiceOperation(MemoryOperation[CreditInvoice]):
    """A credit note is allocated as it is made, and stays in the books."""

    kind = EffectKind("erp.credit")
    looks_first = True
    is_repeatable = False

    def create(self, command: CreditInvoice) -> Receipt:
        invoice = self.world.invoice(command.invoice)
        credit = Totals.expected(credit_lines(command), command.tax, TAX_ROUNDING)
        CHECKS.require_room(invoice.number, invoice.outstanding.amount, credit)
        credited = invoice.credited + Money.of(credit.gross, credit.currency)
        self.world.settle(invoice.model_copy(update={"credited": credited}))
        note = self.world.next_id("N")
        self.world.credits[note] = command
        return receipt_of("credits", note)

    def existing(self, command: CreditInvoice) -> Sequence[Receipt]:
        return [receipt_of("credits", note) for note in self.ours(self.world.credits, command)]

    def remove(self, command: CreditInvoice, receipt: Receipt) -> None:
        raise CHECKS.credited(command, receipt)
