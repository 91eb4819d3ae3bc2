"""A CRM in memory: reads deals."""

from collections.abc import Sequence
from datetime import datetime

from connectors.common import References, capabilities
from connectors.common.deal_fields import DealKey
from connectors.common.fields import FieldReader
from connectors.memory.operations.owner_task import OwnerTaskOperation
from connectors.memory.operations.write_back import WriteBackOperation
from connectors.memory.setup import probe
from connectors.memory.world import MemoryWorld
from domain.deal import Deal
from domain.ids import DealId
from ports.capability import Capability
from ports.crm import ChangedDeal
from ports.probe import Probe


class MemoryCrm:
    """A deal is found the moment it changes."""

    def __init__(self, world: MemoryWorld, references: References) -> None:
        self._world = world
        self._references = references
        self.write_back = WriteBackOperation(world, references)
        self.owner_task = OwnerTaskOperation(world, references)
        self.capabilities = capabilities(
            self.write_back, self.owner_task, also={Capability.UPDATED_SINCE}
        )

    async def read_deal(self, deal: DealId) -> Deal:
        return self._world.respond(lambda: self._with_findings(self._world.deal(deal)))

    async def changed_since(self, since: datetime) -> Sequence[ChangedDeal]:
        return self._world.respond(lambda: self._changed(since))

    async def set_up(self, *, dry_run: bool) -> Sequence[str]:
        own = () if dry_run else (self._references.installation,)
        self._world.respond(lambda: self._world.installations.update(own))
        return ()

    async def other_installations(self) -> frozenset[str]:
        own = {self._references.installation}
        return self._world.respond(lambda: frozenset(self._world.installations - own))

    async def probe(self) -> Probe:
        return probe(self._world)

    def _with_findings(self, deal: Deal) -> Deal:
        reader = FieldReader()
        key = DealKey(references=self._references, deal=deal.id, record=deal.id)
        key.check(lambda _: self._world.keys.get(deal.id, ""), reader)
        return deal.model_copy(update={"unreadable": (*deal.unreadable, *reader.findings)})

    def _changed(self, since: datetime) -> Sequence[ChangedDeal]:
        world, references = self._world, self._references
        changed = [
            ChangedDeal(deal=deal.id, changed_at=world.changed[deal.id], is_won=deal.is_won)
            for deal in world.deals.values()
            if world.changed[deal.id] >= since
            and (deal.is_won or references.owns(world.keys.get(deal.id, "")))
            and not references.is_foreign(world.keys.get(deal.id, ""))
        ]
        return sorted(changed, key=lambda each: each.changed_at)
