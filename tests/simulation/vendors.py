"""An ERP and a CRM behind a bad network, and an auditor of all their calls."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Generic

from connectors.common import capabilities
from domain.effect import EffectKind, IdempotencyPolicy, Receipt, Strategy
from domain.ids import DealId, ExternalId, Subject
from domain.invoice import CreditInvoice, DraftInvoice, Invoice, InvoiceDates, InvoiceStatus
from domain.money import Money
from domain.tax import TaxRounding
from domain.write_back import WriteBack
from ports.capability import Capability
from ports.erp import ChangedInvoice
from ports.failures import Absent, Rejected, Uncertain
from ports.lease import require_lease
from ports.operation import Attempt, C
from ports.probe import Probe
from tests.invoices import credit_of, invoice
from tests.simulation.network import TENANT, VENDOR, Flight, Network
from tests.simulation.virtual import seconds

KEY_LIFE = timedelta(minutes=6)
TAX = Decimal(23)


@dataclass
class Document:
    """An invoice or credit note; a search finds it from `visible` on."""

    id: ExternalId
    subject: Subject
    net: Money
    visible: float
    customer: ExternalId | None = None
    dates: InvoiceDates | None = None
    status: InvoiceStatus = InvoiceStatus.DRAFT
    credited: bool = False

    @property
    def made(self) -> Receipt:
        return Receipt(id=self.id)


@dataclass
class Auditor:
    """Records every change that was sent while an older one could still land unseen."""

    sent: dict[Subject, list[tuple[Flight, float]]] = field(default_factory=dict)
    too_early: list[Subject] = field(default_factory=list)

    def see(self, subject: Subject, flight: Flight, lag: float, repeat: IdempotencyPolicy) -> None:
        older = self.sent.setdefault(subject, [])
        unseen = any(
            flown.lands_after(seconds() - lag) and not flown.is_zombie for flown, lag in older
        )
        if unseen and repeat.waits_to_settle:
            self.too_early.append(subject)
        older.append((flight, lag))

    @property
    def calls(self) -> int:
        return sum(map(len, self.sent.values()))


@dataclass(kw_only=True)
class SimChange(Generic[C]):
    """An operation of plain functions; idempotency keys work as the vendor's strategy says."""

    network: Network
    auditor: Auditor
    kind: EffectKind
    idempotency: IdempotencyPolicy
    add: Callable[[C, float], Receipt]
    look: Callable[[C], Sequence[Receipt]]
    remove: Callable[[Receipt], None]
    system: str = VENDOR
    is_repeatable: bool = False
    looks_first: bool = False
    keys: dict[str, tuple[Receipt | None, float]] = field(default_factory=dict)

    async def tenant(self) -> str:
        return TENANT

    async def do(self, command: C, ticket: Attempt) -> Receipt:
        await self.network.stall()
        require_lease(VENDOR)
        is_draft = self.idempotency.strategy is Strategy.DRAFT
        flight, lag = self.network.plan(zombies=is_draft), self.network.lag()
        self.auditor.see(command.subject, flight, lag, self.idempotency)
        if flight.says == "error" and flight.lands is None:
            self._remember(ticket, None)
        return await self.network.change(flight, partial(self._add, command, ticket, lag))

    async def find(self, command: C) -> Sequence[Receipt]:
        return await self.network.read(lambda: self.look(command))

    async def undo(self, command: C, made: Receipt) -> None:
        del command
        await self.network.stall()
        require_lease(VENDOR)
        flight = self.network.plan(zombies=False)
        await self.network.change(flight, lambda: self.remove(made))

    def _add(self, command: C, ticket: Attempt, lag: float) -> Receipt:
        strategy = self.idempotency.strategy
        if strategy is Strategy.UNIQUE_REFERENCE and (taken := self.look(command)):
            return taken[0]
        if strategy is Strategy.IDEMPOTENCY_KEY and (
            known := self.keys.get(ticket.idempotency_key)
        ):
            made, since = known
            if seconds() - since < KEY_LIFE.total_seconds():
                if made is None:
                    raise Uncertain(VENDOR, "the error of before", answered=True)
                return made
        made = self.add(command, seconds() + lag)
        self._remember(ticket, made)
        return made

    def _remember(self, ticket: Attempt, made: Receipt | None) -> None:
        _, since = self.keys.get(ticket.idempotency_key, (None, seconds()))
        self.keys[ticket.idempotency_key] = (made, since)


class Erp:
    """Fills ports.erp.Invoicing."""

    tax_rounding = TaxRounding.PER_CATEGORY

    def __init__(
        self,
        network: Network,
        auditor: Auditor,
        draft: IdempotencyPolicy,
        credit: IdempotencyPolicy,
    ) -> None:
        self._network = network
        self.documents: dict[ExternalId, Document] = {}
        self.draft_invoice = SimChange[DraftInvoice](
            network=network,
            auditor=auditor,
            kind=EffectKind("erp.invoice"),
            looks_first=True,
            idempotency=draft,
            add=self._draft,
            look=lambda command: self._search(command.subject),
            remove=self._delete,
        )
        is_unique = credit.strategy is Strategy.UNIQUE_REFERENCE
        self.credit_invoice = SimChange[CreditInvoice](
            network=network,
            auditor=auditor,
            kind=EffectKind("erp.credit"),
            looks_first=True,
            idempotency=credit,
            add=self._credit,
            look=lambda command: self._search(command.subject, lags=not is_unique),
            remove=self._delete,
        )

    @property
    def capabilities(self) -> frozenset[Capability]:
        return capabilities(self.draft_invoice, self.credit_invoice)

    async def issue(self, invoice: ExternalId) -> None:
        await self._network.stall()
        require_lease(VENDOR)
        flight = self._network.plan(zombies=False)
        await self._network.change(flight, lambda: self._issue(invoice))

    async def set_dates(self, draft: ExternalId, dates: InvoiceDates) -> None:
        require_lease(VENDOR)
        flight = self._network.plan(zombies=False)
        await self._network.change(flight, lambda: self._set_dates(draft, dates))

    async def read_invoice(self, invoice: ExternalId) -> Invoice:
        return await self._network.read(lambda: self._read(self._known(invoice)))

    async def changed_since(self, since: datetime) -> Sequence[ChangedInvoice]:
        issued = [each for each in self.documents.values() if each.status is InvoiceStatus.ISSUED]
        return [
            ChangedInvoice(subject=each.subject, invoice=self._read(each), changed_at=since)
            for each in issued
        ]

    async def probe(self) -> Probe:
        return Probe(system=VENDOR, account="simulated", identity="cashward")

    def of(self, subject: Subject, *statuses: InvoiceStatus) -> list[Document]:
        found = [each for each in self.documents.values() if each.subject == subject]
        return [each for each in found if each.status in statuses]

    def _draft(self, command: DraftInvoice, visible: float) -> Receipt:
        document = self._keep(command.subject, command.net, visible)
        document.customer, document.dates = command.customer, command.dates
        return document.made

    def _credit(self, command: CreditInvoice, visible: float) -> Receipt:
        note = self._keep(command.subject, command.net, visible)
        note.status = InvoiceStatus.ISSUED
        self._known(command.invoice).credited = True
        return note.made

    def _keep(self, subject: Subject, net: Money, visible: float) -> Document:
        document = Document(ExternalId(f"d{len(self.documents)}"), subject, net, visible)
        self.documents[document.id] = document
        return document

    def _search(self, subject: Subject, *, lags: bool = True) -> list[Receipt]:
        found = self.of(subject, InvoiceStatus.DRAFT, InvoiceStatus.ISSUED)
        return [each.made for each in found if not lags or each.visible <= seconds()]

    def _delete(self, made: Receipt) -> None:
        document = self._known(made.id)
        if document.status is InvoiceStatus.ISSUED:
            raise Rejected(VENDOR, f"{made.id} is issued")
        document.status = InvoiceStatus.GONE

    def _issue(self, invoice: ExternalId) -> None:
        document = self._known(invoice)
        if document.status is InvoiceStatus.GONE:
            raise Rejected(VENDOR, f"{invoice} is gone")
        document.status = InvoiceStatus.ISSUED

    def _set_dates(self, draft: ExternalId, dates: InvoiceDates) -> None:
        document = self._known(draft)
        if document.status is not InvoiceStatus.DRAFT:
            raise Rejected(VENDOR, f"{draft} is no draft")
        document.dates = dates

    def _known(self, id: ExternalId) -> Document:
        if id not in self.documents:
            raise Absent(VENDOR, f"no document {id}")
        return self.documents[id]

    def _read(self, document: Document) -> Invoice:
        changes = {
            "id": document.id,
            "reference": document.subject,
            "customer": document.customer,
            "number": f"INV-{document.id}",
            "status": document.status,
        }
        dates = dict(document.dates) if document.dates else {}
        read = invoice(document.net).model_copy(update=changes | dates)
        notes = (credit_of(read),) if document.credited else ()
        return read.model_copy(update={"credit_notes": notes})


class Crm:
    """One record per deal; the last write to land wins."""

    def __init__(self, network: Network, auditor: Auditor, settle: timedelta) -> None:
        self.written_back: dict[DealId, WriteBack] = {}
        self.write_back = SimChange[WriteBack](
            network=network,
            auditor=auditor,
            kind=EffectKind("crm.record"),
            idempotency=IdempotencyPolicy(strategy=Strategy.UPSERT, settle_time=settle),
            add=self._tell,
            look=lambda _: (),
            remove=lambda _: None,
        )

    def _tell(self, command: WriteBack, visible: float) -> Receipt:
        del visible
        self.written_back[command.deal] = command
        return Receipt(id=ExternalId(command.deal))
