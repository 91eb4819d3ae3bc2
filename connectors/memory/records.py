"""Our records in memory, as a list has them."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from connectors.common import References
from connectors.memory.operations.credit_invoice import CreditInvoiceOperation
from connectors.memory.operations.draft_invoice import DraftInvoiceOperation
from connectors.memory.operations.open_project import OpenProjectOperation
from connectors.memory.operations.owner_task import OwnerTaskOperation
from connectors.memory.world import CHECKS, SYSTEM, MemoryWorld, StoredInvoice
from domain.effect import EffectKind
from domain.ids import DealId, ExternalId
from domain.invoice import InvoiceStatus
from domain.reconciliation import WrittenRevenue
from domain.vendor_record import RecordState, VendorRecord
from ports.failures import Rejected

_STATES = {InvoiceStatus.DRAFT: RecordState.REMOVABLE, InvoiceStatus.GONE: RecordState.GONE}


class MemoryRecords(ABC):
    """A subclass says what there is, and how it is removed."""

    system: str = SYSTEM
    settle_time: timedelta = timedelta(0)
    kinds: Sequence[EffectKind]

    def __init__(self, world: MemoryWorld, references: References) -> None:
        self.world = world
        self.references = references

    async def tenant(self) -> str:
        return self.world.tenant

    async def changed_since(self, kind: EffectKind, since: datetime) -> AsyncIterator[VendorRecord]:
        for record in self.world.respond(lambda: sorted(self._ours(), key=_changed_at)):
            if record.kind == kind and record.changed_at >= since:
                yield record

    async def read(self, kind: EffectKind, id: ExternalId) -> VendorRecord | None:
        found = self.world.respond(lambda: list(self._ours()))
        return next((each for each in found if (each.kind, each.id) == (kind, id)), None)

    async def remove(self, record: VendorRecord) -> None:
        self.world.respond(lambda: self.take_out(record), changes=True)

    @abstractmethod
    def all(self) -> Iterable[VendorRecord]: ...

    @abstractmethod
    def take_out(self, record: VendorRecord) -> None: ...

    def _ours(self) -> Iterable[VendorRecord]:
        return (record for record in self.all() if record.subject)


class ErpRecords(MemoryRecords):
    """Invoices and credit notes."""

    kinds = (DraftInvoiceOperation.kind, CreditInvoiceOperation.kind)

    def all(self) -> Iterable[VendorRecord]:
        yield from map(self._invoice, self.world.invoices.values())
        for number, note in self.world.credits.items():
            yield VendorRecord(
                kind=CreditInvoiceOperation.kind,
                subject=self.references.subject(self.world.references[number]),
                id=number,
                state=RecordState.LIVE,
                changed_at=self.world.made_at[number],
                net=note.net,
                customer=note.customer,
            )

    def take_out(self, record: VendorRecord) -> None:
        invoice = self.world.invoice(record.id)
        if invoice.status in {InvoiceStatus.ISSUED, InvoiceStatus.PAID}:
            raise CHECKS.issued(invoice.number)
        self.world.void(invoice.id)

    def _invoice(self, stored: StoredInvoice) -> VendorRecord:
        invoice = stored.invoice
        return VendorRecord(
            kind=DraftInvoiceOperation.kind,
            subject=self.references.subject(invoice.reference),
            id=invoice.id,
            state=_STATES.get(invoice.status, RecordState.LIVE),
            changed_at=stored.changed_at,
            name=invoice.number,
            url=invoice.url,
            net=invoice.net,
            customer=invoice.customer,
        )


def _changed_at(record: VendorRecord) -> datetime:
    return record.changed_at


class PmRecords(MemoryRecords):
    """Projects: people may work in each."""

    kinds = (OpenProjectOperation.kind,)

    def all(self) -> Iterable[VendorRecord]:
        for number, project in self.world.projects.items():
            yield VendorRecord(
                kind=OpenProjectOperation.kind,
                subject=self.references.subject(self.world.references[number]),
                id=number,
                state=RecordState.LIVE,
                changed_at=self.world.made_at[number],
                name=project.opening.name,
                url=project.url,
            )

    def take_out(self, record: VendorRecord) -> None:
        raise Rejected(SYSTEM, f"people may work in project {record.id}")


class CrmRecords(MemoryRecords):
    """Tasks; removing one closes it."""

    kinds = (OwnerTaskOperation.kind,)

    def all(self) -> Iterable[VendorRecord]:
        for number, task in self.world.tasks.items():
            yield VendorRecord(
                kind=OwnerTaskOperation.kind,
                subject=self.references.subject(self.world.references[number]),
                id=number,
                state=RecordState.REMOVABLE if task.is_open else RecordState.GONE,
                changed_at=self.world.made_at[number],
            )

    def take_out(self, record: VendorRecord) -> None:
        task = self.world.tasks[record.id]
        self.world.tasks[record.id] = replace(task, is_open=False)


class CrmRevenue:
    """The figures on deals' records."""

    system: str = SYSTEM
    settle_time: timedelta = timedelta(0)

    def __init__(self, world: MemoryWorld, references: References) -> None:
        self._world = world
        self._references = references

    async def tenant(self) -> str:
        return self._world.tenant

    async def revenue(self, deal: DealId) -> WrittenRevenue | None:
        return self._world.respond(lambda: self._read(deal))

    def _read(self, deal: DealId) -> WrittenRevenue | None:
        record, key = self._world.records.get(deal), self._world.keys.get(deal, "")
        if record is None or not self._references.owns(key):
            return None
        figures = {name: getattr(record, name) for name in WrittenRevenue.model_fields}
        return WrittenRevenue(
            **{name: money.amount for name, money in figures.items() if money is not None}
        )
