"""Writes the project and the money of a deal to its record."""

from contextlib import suppress

from connectors.common import UpsertOperation
from connectors.common.deal_fields import to_clear, to_fields
from connectors.hubspot.client import HubspotClient
from domain.effect import EffectKind, Receipt
from domain.ids import ExternalId
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
        deal = self.client.local_id(command.deal)
        record = await self.client.update("deals", deal, to_fields(command))
        return Receipt(id=ExternalId(record.id), url=record.url)

    async def undo(self, command: WriteBack, receipt: Receipt) -> None:
        """Clears the project fields that still hold what the command wrote; figures stay."""
        with suppress(Absent):
            deal = self.client.local_id(command.deal)
            record = await self.client.read("deals", deal)
            if fields := to_clear(command, record.text):
                await self.client.update("deals", deal, dict.fromkeys(fields, ""))
