"""Customers and invoices in memory."""

from collections.abc import Sequence
from datetime import datetime

from connectors.common import capabilities
from connectors.memory.change import MemoryChange
from connectors.memory.world import SYSTEM, MemoryWorld
from domain.billing import CreditInvoice, DraftInvoice, Invoice, InvoiceStatus
from domain.company import Account
from domain.customer import Candidate, OpenCustomer
from domain.effect import EffectKind, Receipt
from domain.ids import ExternalId
from domain.money import Money
from domain.tax import TaxRounding, tax_on
from ports.capability import Capability
from ports.erp import ChangedInvoice
from ports.failures import Rejected
from ports.operation import Operation
from ports.probe import Probe

_OFFERS = (Capability.VOIDS_ISSUED, Capability.GAPLESS_NUMBERS, Capability.UPDATED_SINCE)


class MemoryCustomers:
    """Customers by our key; an archived one comes back when it is opened again."""

    def __init__(self, world: MemoryWorld) -> None:
        self._world = world
        self._customer = MemoryChange[OpenCustomer](
            world=world,
            kind=EffectKind("erp.customer"),
            add=self._open,
            look=self._of_key,
            remove=self._archive,
        )

    @property
    def open_customer(self) -> Operation[OpenCustomer]:
        return self._customer

    async def find_customers(self, account: Account) -> Sequence[Candidate]:
        """All there are: whether one is this account is for the domain to say."""
        del account
        return self._world.answer(lambda: list(self._world.customers.values()))

    def _open(self, command: OpenCustomer) -> Receipt:
        ids = command.account.ids
        customer = Candidate(
            id=self._world.next_id("C"),
            name=command.account.name,
            key=command.key,
            company_id=ids.company_id,
            vat_id=ids.vat_id,
        )
        self._world.customers[customer.id] = customer
        return _made("customers", customer.id)

    def _of_key(self, command: OpenCustomer) -> Sequence[Receipt]:
        customers = self._world.customers.values()
        ours = (each for each in customers if each.key == command.key and not each.is_archived)
        return [_made("customers", each.id) for each in ours]

    def _archive(self, command: OpenCustomer, made: Receipt) -> None:
        del command
        if there := self._world.customers.get(made.id):
            self._world.customers[made.id] = there.model_copy(update={"is_archived": True})


class MemoryInvoicing:
    """Invoices by our reference. VAT is rounded per category, as EN 16931 has it."""

    tax_rounding = TaxRounding.PER_CATEGORY

    def __init__(self, world: MemoryWorld) -> None:
        self._world = world
        self._invoice = MemoryChange[DraftInvoice](
            world=world,
            kind=EffectKind("erp.invoice"),
            add=self._draft,
            look=lambda command: self._referring(command.reference),
            remove=self._delete,
            is_repeatable=False,
        )
        self._credit = MemoryChange[CreditInvoice](
            world=world,
            kind=EffectKind("erp.credit"),
            add=self._allocate,
            look=self._credits,
            remove=self._keep_credit,
            is_repeatable=False,
        )

    @property
    def capabilities(self) -> frozenset[Capability]:
        return capabilities(self._invoice, self._credit, also=_OFFERS)

    @property
    def draft_invoice(self) -> Operation[DraftInvoice]:
        return self._invoice

    @property
    def credit_invoice(self) -> Operation[CreditInvoice]:
        return self._credit

    async def issue(self, invoice: ExternalId) -> Invoice:
        return self._world.answer(lambda: self._issue(invoice), changes=True)

    async def read_invoice(self, invoice: ExternalId) -> Invoice:
        return self._world.answer(lambda: self._world.draft_invoice(invoice))

    async def changed_since(self, since: datetime) -> Sequence[ChangedInvoice]:
        return self._world.answer(lambda: self._changed(since))

    async def probe(self) -> Probe:
        probe = Probe(system=SYSTEM, account=SYSTEM, identity="this process")
        return self._world.answer(lambda: probe)

    def _draft(self, command: DraftInvoice) -> Receipt:
        if command.customer not in self._world.customers:
            raise Rejected(SYSTEM, f"no customer {command.customer!r}")
        tax = tax_on([line.net for line in command.lines], command.tax, self.tax_rounding)
        nothing = Money.zero(command.net.currency)
        given = self._world.next_id("I")
        self._world.keep(
            Invoice(
                id=given,
                reference=command.reference,
                number="",
                status=InvoiceStatus.DRAFT,
                url=f"memory://invoices/{given}",
                issued_on=command.issue_date,
                due_on=command.due_date,
                net=command.net,
                tax=tax,
                gross=command.net + tax,
                paid=nothing,
                credited=nothing,
            )
        )
        return _made("invoices", given)

    def _referring(self, reference: str) -> Sequence[Receipt]:
        invoices = (each.draft_invoice for each in self._world.invoices.values())
        ours = (each for each in invoices if each.reference == reference)
        return [_made("invoices", i.id) for i in ours if i.status is not InvoiceStatus.GONE]

    def _delete(self, command: DraftInvoice, made: Receipt) -> None:
        del command
        invoice = self._world.draft_invoice(made.id)
        if invoice.status is InvoiceStatus.GONE:
            return
        if invoice.status is not InvoiceStatus.DRAFT:
            raise Rejected(SYSTEM, f"invoice {invoice.number} is issued: credit it instead")
        self._world.keep(invoice.model_copy(update={"status": InvoiceStatus.GONE}))

    def _issue(self, id: ExternalId) -> Invoice:
        invoice = self._world.draft_invoice(id)
        if invoice.status is InvoiceStatus.GONE:
            raise Rejected(SYSTEM, f"invoice {id} was deleted")
        if invoice.status is InvoiceStatus.DRAFT:
            number = invoice.number or self._world.next_number()
            issued = {"status": InvoiceStatus.ISSUED, "number": number}
            self._world.keep(invoice.model_copy(update=issued))
        return self._world.draft_invoice(id)

    def _changed(self, since: datetime) -> Sequence[ChangedInvoice]:
        stamped = sorted(self._world.invoices.values(), key=lambda each: each.changed_at)
        return [
            ChangedInvoice(invoice=each.draft_invoice, changed_at=each.changed_at)
            for each in stamped
            if each.changed_at >= since and each.draft_invoice.status is not InvoiceStatus.DRAFT
        ]

    def _allocate(self, command: CreditInvoice) -> Receipt:
        invoice = self._world.draft_invoice(command.invoice)
        gross = command.net + tax_on([command.net], command.tax, self.tax_rounding)
        if invoice.outstanding < gross:
            raise Rejected(
                SYSTEM, f"invoice {invoice.number} has {invoice.outstanding} left to pay"
            )
        self._world.settle(invoice.model_copy(update={"credited": invoice.credited + gross}))
        given = self._world.next_id("N")
        self._world.credits[given] = command
        return _made("credits", given)

    def _credits(self, command: CreditInvoice) -> Sequence[Receipt]:
        notes = self._world.credits.items()
        return [_made("credits", note) for note, each in notes if each.subject == command.subject]

    def _keep_credit(self, command: CreditInvoice, made: Receipt) -> None:
        raise Rejected(SYSTEM, f"credit note {made.id} of {command.reference} stays in the books")


def _made(room: str, id: ExternalId) -> Receipt:
    return Receipt(id=id, url=f"memory://{room}/{id}")
