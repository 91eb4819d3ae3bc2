"""The change that plans milestones, as versions. Their names are unique within a project."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from connectors.common import Api, VendorOperation, together
from connectors.jira.refusals import Taken
from connectors.jira.wire import Version, Versions
from domain.billing import BillableItem
from domain.effect import EffectKind, Receipt
from domain.ids import DealId, ExternalId, ItemKey
from domain.project import PlanMilestones
from ports.failures import Absent, Rejected
from ports.operation import Attempt

_KIND = EffectKind("pm.milestones")
_LONGEST_NAME = 240


def mark(deal: DealId, item: str = "") -> str:
    """How a version carries our key: it has no properties, so its description does."""
    return f"cw:{deal}:{item}"


def item_of(version: Version, deal: DealId) -> ItemKey | None:
    """Which of our items a version is, if any; people may write around the mark."""
    marked = re.search(rf"(?<!\S){re.escape(mark(deal))}(\w+)", version.description)
    return ItemKey(marked[1]) if marked else None


async def versions_of(site: Api, project: str) -> list[Version]:
    return (await site.get("/project/{}/versions", project)).read(Versions).root


@dataclass(frozen=True)
class MilestonesChange(VendorOperation[Api]):
    """One version a milestone; those that are there are kept."""

    kind = _KIND

    async def do(self, command: PlanMilestones, ticket: Attempt) -> Receipt:
        there = await self._there(command) if ticket.search_first else {}
        names = _names(command.milestones)
        missing = [item for item in command.milestones if item.key not in there]
        async with together() as group:
            tasks = {
                item.key: group.create_task(self._add(command, item, names[item.key]))
                for item in missing
            }
        there |= {str(key): task.result() for key, task in tasks.items()}
        return Receipt(id=command.project, parts=there)

    async def find(self, command: PlanMilestones) -> Sequence[Receipt]:
        there = await self._there(command)
        is_complete = all(item.key in there for item in command.milestones)
        return (Receipt(id=command.project, parts=there),) if is_complete else ()

    async def undo(self, command: PlanMilestones, made: Receipt) -> None:
        del command
        for version in made.parts.values():
            with suppress(Absent):
                await self.client.post("/version/{}/removeAndSwap", version, body={})

    async def _there(self, command: PlanMilestones) -> dict[str, ExternalId]:
        try:
            versions = await versions_of(self.client, command.project)
        except Absent:
            return {}
        marked = ((item_of(version, command.deal), version.id) for version in versions)
        return {str(item): ExternalId(number) for item, number in marked if item}

    async def _add(self, command: PlanMilestones, item: BillableItem, name: str) -> ExternalId:
        body = {
            "name": name,
            "projectId": int(command.project),
            "description": mark(command.deal, item.key),
            "startDate": command.start,
            "releaseDate": max(item.due, command.start),
            "released": False,
        }
        try:
            return ExternalId((await self.client.post("/version", body=body)).read(Version).id)
        except Taken as taken:
            there = await self._there(command)
            if item.key in there:
                return there[item.key]
            reason = f"the project has a version {name!r} that is not ours: rename it there"
            raise Rejected(self.system, reason) from taken


def _names(items: Iterable[BillableItem]) -> dict[ItemKey, str]:
    """As people named them; those of one name are told apart by their keys."""
    plain = {item.key: " ".join(item.name.split())[:_LONGEST_NAME] for item in items}
    often = Counter(name.casefold() for name in plain.values())
    return {
        key: name if often[name.casefold()] == 1 else f"{name} ({key})"
        for key, name in plain.items()
    }
