"""The change that tells a deal's record where its project and its money stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from connectors.hubspot.portal import Portal, local
from connectors.hubspot.wire import Record
from domain.effect import EffectKind, Made, Repeat, Strategy
from domain.money import Money
from domain.names import ExternalId
from domain.writeback import WriteBack
from ports.change import Ticket
from ports.failures import Absent

_KIND = EffectKind("crm.record")
_MONEY = ("contracted", "billed", "credited", "paid", "outstanding")
_WORDS = ("project", "project_url", "attention")
_PROJECT = ("cashward_project", "cashward_project_url")


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
        record = await self._patch(command, _properties(command))
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
            cleared = await self._to_clear(command)
            if cleared:
                await self._patch(command, dict.fromkeys(cleared, ""))
        except Absent:
            return

    async def _to_clear(self, command: WriteBack) -> Sequence[str]:
        named = {name: value for name, value in _properties(command).items() if name in _PROJECT}
        if not named:
            return _PROJECT
        record = await self.portal.read("deals", local(self.system, command.deal))
        return [name for name, value in named.items() if value and record.text(name) == value]

    async def _patch(self, command: WriteBack, properties: dict[str, str]) -> Record:
        deal = local(self.system, command.deal)
        path = f"{self.portal.paths.objects('deals')}/{{}}"
        answer = await self.portal.api.patch(path, deal, body={"properties": properties})
        return answer.read(Record)


def record_change(portal: Portal, settle: timedelta) -> RecordChange:
    return RecordChange(portal, Repeat(strategy=Strategy.UPSERT, settle=settle))


def _properties(command: WriteBack) -> dict[str, str]:
    """What the command says, by HubSpot's names; the key marks the deal as carried."""
    told = {"cashward_key": str(command.deal)}
    if command.stage is not None:
        told["cashward_stage"] = command.stage.value
    for name in _MONEY:
        money: Money | None = getattr(command, name)
        if money is not None:
            told[f"cashward_{name}"] = str(money.amount)
    for name in _WORDS:
        words: str | None = getattr(command, name)
        if words is not None:
            told[f"cashward_{name}"] = words
    return told
