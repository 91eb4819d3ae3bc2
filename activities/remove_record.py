"""Removes a record that nobody elected, as an effect of its own, if it is as it was found."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.effect import EffectKind, IdempotencyPolicy, Receipt, Strategy
from domain.refusal import Refusal
from domain.vendor_record import RecordState, RemoveRecord, VendorRecord
from ports.failures import Rejected
from ports.operation import Attempt
from ports.records import Records


@dataclass(frozen=True)
class RemoveRecordOperation:
    """Removes one record. Removing it again changes nothing, so a repeat waits for nobody."""

    records: Records
    of: EffectKind
    is_repeatable = False
    looks_first = False

    @property
    def kind(self) -> EffectKind:
        return EffectKind(f"{self.of}.removal")

    @property
    def system(self) -> str:
        return self.records.system

    @property
    def idempotency(self) -> IdempotencyPolicy:
        settle_time = self.records.settle_time
        return IdempotencyPolicy(strategy=Strategy.UNIQUE_REFERENCE, settle_time=settle_time)

    async def tenant(self) -> str:
        return await self.records.tenant()

    async def do(self, command: RemoveRecord, _: Attempt) -> Receipt:
        """Compare, then remove. Raises Refusal if somebody changed the record meanwhile."""
        found = command.record
        fresh = await self._read(found)
        if fresh and fresh != found:
            raise Refusal(f"{found.kind} {found.name or found.id} was changed meanwhile: it stays")
        if fresh:
            await self.records.remove(fresh)
        return Receipt(id=found.id, url=found.url)

    async def find(self, command: RemoveRecord) -> Sequence[Receipt]:
        """Return the removed record, if it is gone."""
        found = command.record
        return () if await self._read(found) else [Receipt(id=found.id, url=found.url)]

    async def undo(self, command: RemoveRecord, receipt: Receipt) -> None:
        raise Rejected(self.system, f"{command.record.kind} {receipt.id} is removed for good")

    async def _read(self, found: VendorRecord) -> VendorRecord | None:
        fresh = await self.records.read(found.kind, found.id)
        return fresh if fresh and fresh.state is not RecordState.GONE else None
