"""Reconciles one system: holds our records there against our own, mends what harms nobody.

A record is read at the vendor first and in our ledger after that: a call is on record before it is
sent, so that nothing which is just being made can look unknown.
"""

from collections.abc import AsyncIterator, Callable, Container, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from activities.effects import Effects
from activities.remove_record import RemoveRecordOperation
from domain.actor import CASHWARD
from domain.attention import Action, Attention, Decision
from domain.customer import CUSTOMER, TIE
from domain.effect import EffectKey, EffectKind
from domain.event import RecordsLost
from domain.ids import DealId, ExternalId, Subject
from domain.reconciliation import INVOICE, Discrepancy, OnRecord, Remedy, assess
from domain.refusal import Refusal
from domain.value import Value
from domain.vendor_record import RecordState, RemoveRecord, VendorRecord
from ports.attention_queue import AttentionQueue
from ports.billing_ledger import BillingLedger
from ports.effect_ledger import EffectList
from ports.event_dispatcher import EventDispatcher
from ports.failures import Rejected
from ports.links import LinkStore
from ports.records import Records

Clock = Callable[[], datetime]

MOST_RECORDS = 2_000
"""How many records of a kind one reconciliation reads; the next one goes on from there."""


class Reconciled(Value):
    """One discrepancy, and what became of it."""

    discrepancy: Discrepancy
    outcome: str


class ReconciliationReport(Value):
    """The records of one kind, compared with ours; an incomplete one goes on from `until`."""

    system: str
    kind: EffectKind
    since: datetime
    until: datetime
    is_complete: bool
    read: int
    found: tuple[Reconciled, ...]


class Reconciler(Protocol):
    """Reconciles some kinds of records. Those younger than `settle_time` are left for later."""

    @property
    def kinds(self) -> Sequence[EffectKind]: ...
    @property
    def settle_time(self) -> timedelta: ...

    async def reconcile(
        self, kind: EffectKind, since: datetime, *, dry_run: bool, most: int = MOST_RECORDS
    ) -> ReconciliationReport:
        """Compare what changed since then; unless it is a dry run, mend and file what differs."""
        ...


class Reconciliation:
    """Compares and mends. `role` is `crm`, `pm` or `erp`."""

    def __init__(  # noqa: PLR0913, PLR0917 - each is a thing it needs
        self,
        role: str,
        records: Records,
        effects: Effects,
        effect_ledger: EffectList,
        billing_ledger: BillingLedger,
        links: LinkStore,
        attention_queue: AttentionQueue,
        dispatcher: EventDispatcher,
        clock: Clock,
    ) -> None:
        self._role = role
        self._records = records
        self._effects = effects
        self._effect_ledger = effect_ledger
        self._billing_ledger = billing_ledger
        self._links = links
        self._attention_queue = attention_queue
        self._dispatcher = dispatcher
        self._clock = clock

    @property
    def kinds(self) -> Sequence[EffectKind]:
        return self._records.kinds

    @property
    def settle_time(self) -> timedelta:
        return self._records.settle_time

    async def reconcile(
        self, kind: EffectKind, since: datetime, *, dry_run: bool, most: int = MOST_RECORDS
    ) -> ReconciliationReport:
        """Compare what changed since then; unless it is a dry run, mend and file what differs."""
        seen = [each async for each in _first(self._records.changed_since(kind, since), most)]
        is_complete = len(seen) < most
        missing = await self._missing(kind, since, seen) if is_complete else []
        assessed = [await self._assess(record) for record in (*seen, *missing)]
        found = {each.key: each for each in assessed if each}
        mended = await self._mend(list(found.values()), dry_run=dry_run)
        if not dry_run:
            await self._close_settled(kind, found)
        return ReconciliationReport(
            system=self._records.system,
            kind=kind,
            since=since,
            until=max((record.changed_at for record in seen), default=since),
            is_complete=is_complete,
            read=len(seen),
            found=tuple(mended),
        )

    async def _assess(self, record: VendorRecord) -> Discrepancy | None:
        ours = await self._on_record(record)
        return assess(record, ours, now=self._clock(), settle_time=self._records.settle_time)

    async def _on_record(self, record: VendorRecord) -> OnRecord:
        effect = await self._effect_ledger.read(await self._key_of(record))
        if record.kind != INVOICE:
            return OnRecord(effect=effect)
        bill = await self._billing_ledger.find_bill(record.subject)
        customer = await self._customer_of(bill.deal) if bill else None
        return OnRecord(effect=effect, bill=bill, customer=customer)

    async def _key_of(self, record: VendorRecord) -> EffectKey:
        return EffectKey(
            system=self._records.system,
            tenant=await self._records.tenant(),
            kind=record.kind,
            subject=record.subject,
        )

    async def _customer_of(self, deal: DealId) -> ExternalId | None:
        key = (await self._billing_ledger.baseline(deal)).customer
        here = (self._records.system, await self._records.tenant())
        tie = await self._links.find_by_key(*here, TIE, key)
        link = tie or await self._links.find_by_key(*here, CUSTOMER, key)
        return link.external_id if link else None

    async def _missing(
        self, kind: EffectKind, since: datetime, seen: Sequence[VendorRecord]
    ) -> Sequence[VendorRecord]:
        """Read what we have on record and the list did not show."""
        ids = {record.id for record in seen}
        system, tenant = self._records.system, await self._records.tenant()
        confirmed = await self._effect_ledger.confirmed_since(system, tenant, kind, since)
        return [
            await self._read(kind, effect.key.subject, effect.receipt.id)
            for effect in confirmed
            if effect.receipt and effect.receipt.id not in ids
        ]

    async def _read(self, kind: EffectKind, subject: Subject, id: ExternalId) -> VendorRecord:
        """Read a record; one that left no trace is gone."""
        gone = VendorRecord(
            kind=kind, subject=subject, id=id, state=RecordState.GONE, changed_at=self._clock()
        )
        found = await self._records.read(kind, id) or gone
        return found if found.subject else found.model_copy(update={"subject": subject})

    async def _mend(self, found: Sequence[Discrepancy], *, dry_run: bool) -> list[Reconciled]:
        if dry_run:
            return [Reconciled(discrepancy=each, outcome=f"would {each.remedy}") for each in found]
        signalled = {deal: await self._signal(deal) for deal in sorted(_to_record(found))}
        outcomes = [await self._mend_one(each, signalled) for each in found]
        return [
            Reconciled(discrepancy=each, outcome=outcome)
            for each, outcome in zip(found, outcomes, strict=True)
        ]

    async def _signal(self, deal: DealId) -> bool:
        return await self._dispatcher.records_lost(RecordsLost(deal=deal))

    async def _mend_one(self, discrepancy: Discrepancy, signalled: dict[DealId, bool]) -> str:
        if discrepancy.remedy is Remedy.REMOVE:
            return await self._remove(discrepancy)
        if discrepancy.remedy is Remedy.RECORD and signalled[discrepancy.deal]:
            return f"the run of {discrepancy.deal} puts it on record again"
        reason = discrepancy.why
        if discrepancy.remedy is Remedy.RECORD:
            reason += f"; no run of {discrepancy.deal} is open to put it on record again"
        return await self._ask(discrepancy, reason)

    async def _remove(self, discrepancy: Discrepancy) -> str:
        """Remove a record as an effect, with its entry in the audit trail."""
        record = discrepancy.record
        try:
            operation = RemoveRecordOperation(self._records, record.kind)
            made = await self._effects.execute(operation, RemoveRecord(record=record))
        except (Refusal, Rejected) as refused:
            return await self._ask(discrepancy, f"{discrepancy.why}; {refused}")
        key = await self._key_of(record)
        effect = await self._effect_ledger.read(key)
        for stray in effect.strays if effect else ():
            if stray.id == made.id:
                await self._effect_ledger.sweep(key, stray)
        return "removed"

    async def _ask(self, discrepancy: Discrepancy, reason: str) -> str:
        record = discrepancy.record
        attention = Attention(
            key=discrepancy.key,
            workflow=self._workflow,
            deal=discrepancy.deal,
            kind=discrepancy.kind,
            what=f"{record.kind} {record.name or record.id} of {record.subject}"
            f" in {self._records.system}: {discrepancy.kind}",
            why=f"{reason} ({record.url})" if record.url else reason,
            responsible=(discrepancy.responsible,),
            since=self._clock(),
            actions=(),
        )
        if attention.key not in {each.key for each in await self._open_attentions()}:
            await self._attention_queue.add(attention, now=self._clock())
        return f"asked {discrepancy.responsible}"

    async def _close_settled(self, kind: EffectKind, found: Container[str]) -> None:
        """Take from the attention queue what somebody mended meanwhile."""
        for attention in await self._open_attentions():
            of, subject, number = attention.key.split(" ")
            if of != kind or attention.key in found:
                continue
            if await self._assess(await self._read(kind, Subject(subject), ExternalId(number))):
                continue
            mended = Decision(action=Action.RETRY, by=CASHWARD, reason="it was mended")
            await self._attention_queue.resolve(
                attention.workflow, attention.key, mended, now=self._clock()
            )

    async def _open_attentions(self) -> Sequence[Attention]:
        filed = await self._attention_queue.list_of_run(self._workflow)
        return [each.attention for each in filed if each.decision is None]

    @property
    def _workflow(self) -> str:
        return f"reconcile:{self._role}"


def _to_record(found: Sequence[Discrepancy]) -> set[DealId]:
    return {each.deal for each in found if each.remedy is Remedy.RECORD}


async def _first(records: AsyncIterator[VendorRecord], most: int) -> AsyncIterator[VendorRecord]:
    """Yield the first ones; the pages after them are not read."""
    if most <= 0:
        return
    left = most
    async for record in records:
        yield record
        left -= 1
        if not left:
            return
