"""The change that tells a deal's record where its project and its money stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from connectors.common.deal_fields import to_clear, to_fields
from connectors.hubspot.portal import Portal, local
from connectors.hubspot.wire import Record
from domain.effect import EffectKind, IdempotencyPolicy, Receipt, Strategy
from domain.ids import ExternalId
from domain.write_back import WriteBack
from ports.failures import Absent
from ports.operation import Attempt

_KIND = EffectKind("crm.record")


@dataclass(frozen=True)
class RecordChange:
    """Absolute values in one PATCH: made twice is made once.

    It settles all the same: a late one may overwrite a younger.
    """

    portal: Portal
    idempotency: IdempotencyPolicy
    kind: EffectKind = _KIND
    is_repeatable: bool = True

    @property
    def system(self) -> str:
        return self.portal.system

    async def do(self, command: WriteBack, ticket: Attempt) -> Receipt:
        del ticket
        record = await self._patch(command, to_fields(command))
        return Receipt(id=ExternalId(record.id), url=record.url)

    async def find(self, command: WriteBack) -> Sequence[Receipt]:
        del command
        return ()

    async def undo(self, command: WriteBack, made: Receipt) -> None:
        """Clears the project the command named, unless it was written over since.

        A command that names none clears whichever is there. Figures stay as they were told.
        """
        del made
        try:
            record = await self.portal.read("deals", local(self.system, command.deal))
            cleared = to_clear(command, record.text)
            if cleared:
                await self._patch(command, dict.fromkeys(cleared, ""))
        except Absent:
            return

    async def _patch(self, command: WriteBack, properties: dict[str, str]) -> Record:
        deal = local(self.system, command.deal)
        path = f"{self.portal.paths.objects('deals')}/{{}}"
        answer = await self.portal.api.patch(path, deal, body={"properties": properties})
        return answer.read(Record)


def record_change(portal: Portal, settle: timedelta) -> RecordChange:
    return RecordChange(portal, IdempotencyPolicy(strategy=Strategy.UPSERT, settle_time=settle))
