"""The change that tells a deal's record where its project and its money stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from connectors.common.deal_fields import to_clear, told
from connectors.hubspot.portal import Portal, local
from connectors.hubspot.wire import Record
from domain.effect import EffectKind, Made, Repeat, Strategy
from domain.ids import ExternalId
from domain.write_back import WriteBack
from ports.failures import Absent
from ports.operation import Ticket

_KIND = EffectKind("crm.record")


@dataclass(frozen=True)
class RecordChange:
    """Absolute values in one PATCH: made twice is made once.

    It settles all the same: a late one may overwrite a younger.
    """

    portal: Portal
    repeat: Repeat
    kind: EffectKind = _KIND
    reopens: bool = True

    @property
    def system(self) -> str:
        return self.portal.system

    async def make(self, command: WriteBack, ticket: Ticket) -> Made:
        del ticket
        record = await self._patch(command, told(command))
        return Made(id=ExternalId(record.id), url=record.url)

    async def find(self, command: WriteBack) -> Sequence[Made]:
        del command
        return ()

    async def take_back(self, command: WriteBack, made: Made) -> None:
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
    return RecordChange(portal, Repeat(strategy=Strategy.UPSERT, settle=settle))
