"""Milestones of a project, each a version of Redmine."""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress

from connectors.common import VendorOperation
from connectors.redmine.keys import by_key, elected, key_of, whole
from connectors.redmine.site import Site
from connectors.redmine.wire import One, Page, Version
from domain.billing import BillableItem
from domain.effect import EffectKind, Receipt
from domain.ids import DealId, ExternalId, ItemKey
from domain.project import PlanMilestones
from ports.failures import Absent, ConnectorFailure, Rejected
from ports.operation import Attempt
from ports.pm import MilestoneProgress

_LONGEST_NAME = 60


class MilestonesChange(VendorOperation[Site]):
    """One version a milestone; those that are there are kept, and of two the older."""

    kind = EffectKind("pm.milestones")

    async def do(self, command: PlanMilestones, ticket: Attempt) -> Receipt:
        del ticket
        there = elected(await self._ours(command))
        names = _names(command.milestones)
        missing = [item for item in command.milestones if item.key not in there]
        for item in missing:
            there[item.key] = await self._add(command, item, names[item.key])
        if missing:
            with suppress(ConnectorFailure):  # they are made, whatever comes of the second look
                there |= elected(await self._ours(command))
        return Receipt(id=command.project, parts=there)

    async def find(self, command: PlanMilestones) -> Sequence[Receipt]:
        keys = {str(item.key) for item in command.milestones}
        with suppress(Absent):
            return whole(command.project, keys, await self._ours(command))
        return ()

    async def undo(self, command: PlanMilestones, made: Receipt) -> None:
        """Raises Rejected while an issue is planned for one of them."""
        for version in made.parts.values():
            try:
                async with self.client.inside(command.project):
                    await self.client.api.delete("/versions/{}.json", version)
            except Absent:
                continue
            except Rejected as kept:
                reason = f"version {version} has issues: plan them for another ({kept.reason})"
                raise Rejected(self.system, reason) from kept

    async def _ours(self, command: PlanMilestones) -> dict[str, list[Version]]:
        return await _versions(self.client, command.project, command.deal)

    async def _add(self, command: PlanMilestones, item: BillableItem, name: str) -> ExternalId:
        fields = await self.client.fields.get()
        key = key_of(command.deal, item.key)
        version = {
            "name": name,
            "due_date": max(item.due, command.start),
            "sharing": "none",
            "status": "open",
            "custom_fields": [{"id": fields.version, "value": key}],
        }
        path = "/projects/{}/versions.json"
        try:
            async with self.client.inside(command.project):
                answer = await self.client.api.post(
                    path, command.project, body={"version": version}
                )
        except Rejected as taken:
            return await self._adopt(command, item, name, taken)
        made = answer.read(One[Version]).it
        if made.text(fields.version) != key:
            raise await self.client.keyless("/versions/{}.json", made.id, "version")
        return ExternalId(str(made.id))

    async def _adopt(
        self, command: PlanMilestones, item: BillableItem, name: str, taken: Rejected
    ) -> ExternalId:
        """The one of ours that has the name already, made by an attempt that we lost sight of."""
        there = elected(await self._ours(command))
        if item.key in there:
            return there[item.key]
        reason = f"no version {name!r} can be made; rename one that is not ours ({taken.reason})"
        raise Rejected(self.system, reason) from taken


def _names(items: Iterable[BillableItem]) -> dict[ItemKey, str]:
    """As people named them; those of one name are told apart by their keys."""
    plain = {item.key: " ".join(item.name.split())[:_LONGEST_NAME] for item in items}
    often = Counter(name.casefold() for name in plain.values())
    return {
        key: name if often[name.casefold()] == 1 else _with(key, name)
        for key, name in plain.items()
    }


def _with(key: ItemKey, name: str) -> str:
    suffix = f" ({key})"
    return name[: _LONGEST_NAME - len(suffix)] + suffix


async def read_milestones(
    site: Site, deal: DealId, project: ExternalId
) -> Sequence[MilestoneProgress]:
    return tuple(
        MilestoneProgress(
            item=ItemKey(key),
            external=ExternalId(str(rows[0].id)),
            is_reached=rows[0].status == "closed",
        )
        for key, rows in (await _versions(site, project, deal)).items()
    )


async def _versions(site: Site, project: str, deal: DealId) -> dict[str, list[Version]]:
    """Ours by key, each oldest first."""
    field = (await site.fields.get()).version
    async with site.inside(project):
        answer = await site.api.get("/projects/{}/versions.json", project)
    here = [each for each in answer.read(Page[Version]).rows if str(each.project.id) == project]
    return by_key(here, field, deal)
