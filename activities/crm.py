"""Steps in the CRM."""

from temporalio import activity

from activities.effects import Effects
from domain.deal import Deal
from domain.names import DealId
from domain.writeback import WriteBack
from ports.crm import Crm


class CrmActivities:
    """Reads deals; tells their records what became of them."""

    def __init__(self, crm: Crm, effects: Effects) -> None:
        self._crm = crm
        self._effects = effects

    @activity.defn(name="crm.read_deal")
    async def read_deal(self, deal: DealId) -> Deal:
        return await self._crm.read_deal(deal)

    @activity.defn(name="crm.write_back")
    async def write_back(self, command: WriteBack) -> None:
        await self._effects.once(self._crm.record, command)

    @activity.defn(name="crm.take_back")
    async def take_back(self, command: WriteBack) -> None:
        await self._effects.undo(self._crm.record, command, reason="the deal was cancelled")
