"""An ERP in memory: reads customers and invoices, issues drafts."""

from collections.abc import Sequence
from datetime import datetime

from connectors.common import References, capabilities
from connectors.memory.operations.credit_invoice import CreditInvoiceOperation
from connectors.memory.operations.draft_invoice import DraftInvoiceOperation
from connectors.memory.operations.open_customer import OpenCustomerOperation
from connectors.memory.setup import probe
from connectors.memory.world import CHECKS, SYSTEM, TAX_ROUNDING, MemoryWorld
from domain.company import Account
from domain.customer import Candidate
from domain.ids import ExternalId
from domain.invoice import Invoice, InvoiceDates, InvoiceStatus
from ports.capability import Capability
from ports.erp import ChangedInvoice
from ports.failures import Rejected
from ports.probe import Probe


class MemoryCustomers:
    """Customers by our key."""

    def __init__(self, world: MemoryWorld, references: References) -> None:
        self._world = world
        self._references = references
        self.open_customer = OpenCustomerOperation(world, references)

    async def find_customers(self, account: Account) -> Sequence[Candidate]:
        """All customers: the domain decides which of them is this account."""
        return self._world.respond(
            lambda: list(map(self._with_key, self._world.customers.values()))
        )

    def _with_key(self, customer: Candidate) -> Candidate:
        reference = self._world.references.get(customer.id, "")
        return customer.model_copy(update={"key": self._references.customer(reference)})


class MemoryInvoicing:
    """Invoices by our reference."""

    tax_rounding = TAX_ROUNDING

    def __init__(self, world: MemoryWorld, references: References) -> None:
        self._world = world
        self._references = references
        self.draft_invoice = DraftInvoiceOperation(world, references)
        self.credit_invoice = CreditInvoiceOperation(world, references)
        offers = (
            *(Capability.VOIDS_ISSUED, Capability.GAPLESS_NUMBERS),
            *(Capability.UPDATED_SINCE, Capability.SUPPLY_DATE),
        )
        self.capabilities = capabilities(self.draft_invoice, self.credit_invoice, also=offers)

    async def issue(self, invoice: ExternalId) -> Invoice:
        return self._world.respond(lambda: self._issue(invoice), changes=True)

    async def set_dates(self, draft: ExternalId, dates: InvoiceDates) -> None:
        self._world.respond(lambda: self._set_dates(draft, dates), changes=True)

    async def read_invoice(self, invoice: ExternalId) -> Invoice:
        return self._world.respond(lambda: self._world.invoice(invoice))

    async def changed_since(self, since: datetime) -> Sequence[ChangedInvoice]:
        return self._world.respond(lambda: self._changed(since))

    async def probe(self) -> Probe:
        return probe(self._world)

    def _issue(self, id: ExternalId) -> Invoice:
        invoice = self._world.invoice(id)
        if invoice.status is InvoiceStatus.GONE:
            raise Rejected(SYSTEM, f"invoice {id} was deleted")
        if invoice.status is InvoiceStatus.DRAFT:
            number = invoice.number or self._world.next_number()
            issued = {"status": InvoiceStatus.ISSUED, "number": number}
            self._world.keep(invoice.model_copy(update=issued))
        return self._world.invoice(id)

    def _set_dates(self, id: ExternalId, dates: InvoiceDates) -> None:
        draft = self._world.invoice(id)
        if draft.status is not InvoiceStatus.DRAFT:
            raise CHECKS.draft(id)
        self._world.keep(draft.model_copy(update=dict(dates)))

    def _changed(self, since: datetime) -> Sequence[ChangedInvoice]:
        stored = sorted(self._world.invoices.values(), key=lambda each: each.changed_at)
        return [
            ChangedInvoice(subject=subject, invoice=each.invoice, changed_at=each.changed_at)
            for each in stored
            if each.changed_at >= since
            and each.invoice.status is not InvoiceStatus.DRAFT
            and (subject := self._references.subject(each.invoice.reference))
        ]
