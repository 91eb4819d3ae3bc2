"""Writes the project and the money of a deal to its record."""

from contextlib import suppress

from connectors.common import UpsertOperation
from connectors.common.deal_fields import DealKey, to_clear, to_fields
from connectors.hubspot.client import HubspotClient
from connectors.hubspot.models.records import Record
from domain.effect import EffectKind, Receipt
from domain.ids import DealId, ExternalId
from domain.write_back import WriteBack
from ports.failures import Absent
from ports.operation import Attempt


class WriteBackOperation(UpsertOperation[HubspotClient]):
    """Writes absolute values in one PATCH, so that a repeat changes nothing.

    It has a settle time, since a late call may overwrite a younger one.
    """

    kind = EffectKind("crm.record")
    is_repeatable = True

    async def do(self, command: WriteBack, attempt: Attempt) -> Receipt:
        """Read the record first: HubSpot writes to what another deal was merged into."""
        deal = self.client.local_id(command.deal)
        record = await self.client.read("deals", deal)
        key = self._key(command, record)
        key.require(command, record.text)
        record = await self.client.update("deals", record.id, to_fields(command, key))
        return Receipt(id=ExternalId(record.id), url=record.url)

    async def undo(self, command: WriteBack, receipt: Receipt) -> None:
        """Clears the project fields that still hold what the command wrote; figures stay."""
        with suppress(Absent):
            deal = self.client.local_id(command.deal)
            record = await self.client.read("deals", deal)
            if fields := to_clear(command, self._key(command, record), record.text):
                await self.client.update("deals", deal, dict.fromkeys(fields, ""))

    def _key(self, command: WriteBack, record: Record) -> DealKey:
        now = DealId(f"{self.system}:{record.id}")
        return DealKey(references=self.client.references, deal=command.deal, record=now)
