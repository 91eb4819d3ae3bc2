"""Drafts an invoice."""

from collections.abc import Sequence

from connectors.memory.documents import figures
from connectors.memory.operations.base import MemoryOperation, receipt_of
from connectors.memory.world import CHECKS, SYSTEM
from domain.effect import EffectKind, Receipt
from domain.invoice import DraftInvoice, Invoice, InvoiceStatus
from ports.failures import Rejected


class DraftInvoiceOperation(MemoryOperation[DraftInvoice]):
    """Invoices are found by our reference; an undo deletes a draft."""

    kind = EffectKind("erp.invoice")
    looks_first = True
    is_repeatable = False

    def create(self, command: DraftInvoice) -> Receipt:
        if command.customer not in self.world.customers:
            raise Rejected(SYSTEM, f"no customer {command.customer!r}")
        CHECKS.require_payable(command.lines)
        receipt = receipt_of("invoices", self.world.next_id("I"))
        self.world.keep(
            Invoice(
                id=receipt.id,
                reference=self.reference(command),
                customer=command.customer,
                number="",
                status=InvoiceStatus.DRAFT,
                url=receipt.url,
                **dict(command.dates),
                **figures(command.lines),
            )
        )
        return receipt

    def existing(self, command: DraftInvoice) -> Sequence[Receipt]:
        ours = map(self.world.invoice, self.ours(self.world.invoices, command))
        return [receipt_of("invoices", i.id) for i in ours if i.status is not InvoiceStatus.GONE]

    def remove(self, command: DraftInvoice, receipt: Receipt) -> None:
        invoice = self.world.invoice(receipt.id)
        if invoice.status is InvoiceStatus.GONE:
            return
        if invoice.status is not InvoiceStatus.DRAFT:
            raise CHECKS.issued(invoice.number)
        self.world.void(invoice.id)
