"""The change that tells a deal's record where its project and its money stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from connectors.bottlecrm.refusals import after_a_change, refused
from connectors.bottlecrm.site import Site
from connectors.bottlecrm.wire import Deal
from connectors.kit.deal import to_clear, told
from domain.effect import EffectKind, Made, Repeat, Strategy
from domain.names import ExternalId
from domain.writeback import WriteBack
from ports.change import Ticket
from ports.failures import Absent, Misconfigured, Uncertain

_KIND = EffectKind("crm.record")


@dataclass(frozen=True)
class RecordChange:
    """Absolute values, of which only those that differ are sent, and all are read back.

    BottleCRM saves a deal whole as it read it a moment before, and knows no versions. So whoever
    saves the deal in that same moment may lose theirs or undo ours; ours we would see, and say.
    """

    site: Site
    repeat: Repeat
    kind: EffectKind = _KIND
    reopens: bool = True

    @property
    def system(self) -> str:
        return self.site.system

    async def make(self, command: WriteBack, ticket: Ticket) -> Made:
        del ticket
        known_as = self.site.local(command.deal)
        await self._tell(known_as, told(command))
        return Made(id=ExternalId(known_as), url=self.site.url(known_as))

    async def find(self, command: WriteBack) -> Sequence[Made]:
        del command
        return ()

    async def take_back(self, command: WriteBack, made: Made) -> None:
        """Clears the project the command named, unless it was written over since.

        A command that names none clears whichever is there. Figures stay as they were told.
        """
        del made
        try:
            known_as = self.site.local(command.deal)
            deal = (await self.site.deal(known_as)).deal
            cleared = to_clear(command, deal.text)
            if cleared:
                await self._tell(known_as, dict.fromkeys(cleared, ""))
        except Absent:
            return

    async def _tell(self, id: str, fields: Mapping[str, str]) -> None:
        page = await self.site.deal(id)
        if missing := sorted(fields.keys() - page.keys):
            reason = f"deals have no {', '.join(missing)}: prepare the account"
            raise Misconfigured(self.system, reason)
        if news := _differing(page.deal, fields):
            body = {"custom_fields": news}
            refused(await self.site.api.patch("/api/opportunities/{}/", id, body=body))
            await self._read_back(id, news)

    async def _read_back(self, id: str, fields: Mapping[str, str]) -> None:
        """A success that left no trace is none: somebody saved the deal in that very moment."""
        with after_a_change(self.system):
            lost = _differing((await self.site.deal(id)).deal, fields)
        if lost:
            reason = f"{', '.join(sorted(lost))} did not stay as told: the deal was saved meanwhile"
            raise Uncertain(self.system, reason, answered=True)


def record_change(site: Site, settle: timedelta) -> RecordChange:
    return RecordChange(site, Repeat(strategy=Strategy.UPSERT, settle=settle))


def _differing(deal: Deal, fields: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in fields.items() if deal.text(key) != value.strip()}
