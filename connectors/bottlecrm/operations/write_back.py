"""Writes the project and the money of a deal to its record."""

from collections.abc import Mapping
from contextlib import suppress

from connectors.bottlecrm.client import BottlecrmClient
from connectors.bottlecrm.errors import require_success, uncertain_if_lost
from connectors.bottlecrm.models.records import Deal, DealPage
from connectors.common import UpsertOperation
from connectors.common.deal_fields import DealKey, to_clear, to_fields
from domain.effect import EffectKind, Receipt
from domain.ids import ExternalId
from domain.write_back import WriteBack
from ports.failures import Absent, Misconfigured, Uncertain
from ports.operation import Attempt


class WriteBackOperation(UpsertOperation[BottlecrmClient]):
    """Sends the absolute values that differ, and reads them back.

    BottleCRM saves a whole deal as it read it a moment before, and has no versions. A person who
    saves the deal in that moment may lose an edit or undo ours; we see a lost edit of ours.
    """

    kind = EffectKind("crm.record")
    is_repeatable = True

    async def do(self, command: WriteBack, attempt: Attempt) -> Receipt:
        deal = self.client.local_id(command.deal)
        key = self._key(command)
        page = await self.client.deal(deal)
        key.require(command, page.deal.text)
        await self._write(deal, page, to_fields(command, key))
        return Receipt(id=ExternalId(deal), url=self.client.url(deal))

    async def undo(self, command: WriteBack, receipt: Receipt) -> None:
        """Clears the project fields that still hold what the command wrote; figures stay."""
        with suppress(Absent):
            deal = self.client.local_id(command.deal)
            page = await self.client.deal(deal)
            if fields := to_clear(command, self._key(command), page.deal.text):
                await self._write(deal, page, dict.fromkeys(fields, ""))

    def _key(self, command: WriteBack) -> DealKey:
        references = self.client.references
        return DealKey(references=references, deal=command.deal, record=command.deal)

    async def _write(self, id: str, page: DealPage, fields: Mapping[str, str]) -> None:
        if missing := sorted(fields.keys() - page.field_names):
            reason = f"deals have no {', '.join(missing)}: prepare the account"
            raise Misconfigured(self.system, reason)
        if changes := _differing(page.deal, fields):
            body = {"custom_fields": changes}
            path = "/api/opportunities/{}/"
            require_success(await self.client.api.patch(path, id, body=body))
            await self._read_back(id, changes)

    async def _read_back(self, id: str, fields: Mapping[str, str]) -> None:
        with uncertain_if_lost(self.system):
            lost = _differing((await self.client.deal(id)).deal, fields)
        if lost:
            names = ", ".join(sorted(lost))
            reason = f"{names} did not stay as written: the deal was saved meanwhile"
            raise Uncertain(self.system, reason, answered=True)


def _differing(deal: Deal, fields: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if deal.text(name) != value.strip()}
