"""What HubSpot has of ours: tasks with our reference, and the revenue on deals' records."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime

from connectors.common import VendorRecords
from connectors.common.deal_fields import written_revenue
from connectors.hubspot.client import HubspotClient
from connectors.hubspot.models.owner_task import COMPLETED, STATUS, reference_in
from connectors.hubspot.models.records import CHANGED, Record
from connectors.hubspot.models.values import moment
from connectors.hubspot.operations.owner_task import OwnerTaskOperation
from domain.effect import EffectKind
from domain.ids import DealId, ExternalId
from domain.reconciliation import WrittenRevenue
from domain.vendor_record import RecordState, VendorRecord
from ports.failures import Absent

_PROPERTIES = ("hs_task_body", STATUS, CHANGED)


class HubspotRecords(VendorRecords[HubspotClient]):
    """Tasks are found by the time of their change, since HubSpot does not search their bodies."""

    kinds = (OwnerTaskOperation.kind,)

    async def changed_since(self, kind: EffectKind, since: datetime) -> AsyncIterator[VendorRecord]:
        async for task in self.client.changes("tasks", since, properties=_PROPERTIES):
            if record := self._ours(task):
                yield record

    async def read(self, kind: EffectKind, id: ExternalId) -> VendorRecord | None:
        with suppress(Absent):
            return self._ours(await self.client.read("tasks", id))
        return None

    async def remove(self, record: VendorRecord) -> None:
        with suppress(Absent):
            await self.client.update("tasks", record.id, COMPLETED)

    async def revenue(self, deal: DealId) -> WrittenRevenue | None:
        with suppress(Absent):
            record = await self.client.read("deals", self.client.local_id(deal))
            return written_revenue(deal, self.client.references, record.text)
        return None

    def _ours(self, task: Record) -> VendorRecord | None:
        reference = reference_in(task, self.client.references.prefix)
        if not reference:
            return None
        is_completed = task.text(STATUS) == COMPLETED[STATUS]
        return VendorRecord(
            kind=OwnerTaskOperation.kind,
            subject=self.client.references.subject(reference),
            id=ExternalId(task.id),
            state=RecordState.GONE if is_completed else RecordState.REMOVABLE,
            changed_at=moment(task.text(CHANGED)),
            url=task.url,
        )
