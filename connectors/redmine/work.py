"""Work packages of a project, each an issue of Redmine below that of its milestone."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from connectors.common import VendorOperation
from connectors.redmine.keys import by_key, elected, key_of, whole
from connectors.redmine.site import Site
from connectors.redmine.wire import Issue, One
from domain.effect import EffectKind, Receipt
from domain.ids import ExternalId
from domain.project import PlanWork
from ports.failures import Absent, ConnectorFailure, Misconfigured, Rejected
from ports.operation import Attempt


class WorkChange(VendorOperation[Site]):
    """Looks, makes what is missing, keeps the oldest of each and lets the rest be swept."""

    kind = EffectKind("pm.work")

    async def do(self, command: PlanWork, ticket: Attempt) -> Receipt:
        del ticket
        tracker = await self._tracker(command)
        there = elected(await self._ours(command))
        is_whole = _keys(command) <= there.keys()
        for item in command.milestones:
            if item.key not in there:
                row = _row(command, tracker, item.name, item.key)
                there[item.key] = await self._add(command, item.key, row)
        for package in command.packages:
            if package.key not in there:
                row = _row(command, tracker, package.name, package.milestone) | {
                    "parent_issue_id": int(there[package.milestone]),
                    "estimated_hours": package.hours or None,
                }
                there[package.key] = await self._add(command, package.key, row)
        if not is_whole:
            with suppress(ConnectorFailure):  # it is made, whatever comes of the second look
                there |= elected(await self._ours(command))
        return Receipt(id=command.project, parts=there)

    async def find(self, command: PlanWork) -> Sequence[Receipt]:
        with suppress(Absent):
            return whole(command.project, _keys(command), await self._ours(command))
        return ()

    async def undo(self, command: PlanWork, made: Receipt) -> None:
        """Raises Rejected where it would take with it what people put there."""
        try:
            there = elected(await self._ours(command))
        except Absent:
            return
        summaries = {item.key for item in command.milestones}
        for _, number in sorted(made.parts.items(), key=lambda part: part[0] in summaries):
            with suppress(Absent):
                async with self.client.inside(command.project):
                    await self._remove(command, number, there)

    async def _ours(self, command: PlanWork) -> dict[str, list[Issue]]:
        field = (await self.client.fields.get()).issue
        return by_key(await self.client.issues(command.project), field, command.deal)

    async def _tracker(self, command: PlanWork) -> int:
        """The number of our tracker, if the project has it and keeps our key with it.

        Redmine takes another tracker for one that it lacks, and drops a field that it lacks.
        """
        include = "trackers,issue_custom_fields"
        project = await self.client.project(command.project, include=include)
        field = (await self.client.fields.get()).issue
        house, let = self.client.house, f"let project {project.identifier} have the"
        if field not in {each.id for each in project.issue_fields}:
            raise Misconfigured(self.system, f"{let} issue field {house.key_field!r}")
        tracker = await self.client.tracker()
        if tracker not in {each.id for each in project.trackers}:
            raise Misconfigured(self.system, f"{let} tracker {house.tracker!r}")
        return tracker

    async def _add(self, command: PlanWork, key: str, row: dict[str, Any]) -> ExternalId:
        field, ours = (await self.client.fields.get()).issue, key_of(command.deal, key)
        issue = row | {"custom_fields": [{"id": field, "value": ours}]}
        async with self.client.inside(command.project):
            answer = await self.client.api.post("/issues.json", body={"issue": issue})
        made = answer.read(One[Issue]).it
        if made.text(field) != ours:
            raise await self.client.keyless("/issues/{}.json", made.id, "issue")
        return ExternalId(str(made.id))

    async def _remove(
        self, command: PlanWork, number: ExternalId, there: Mapping[str, ExternalId]
    ) -> None:
        """Deleting an issue deletes its children and all their time: so neither may be left."""
        answer = await self.client.api.get("/issues/{}.json", number, query={"include": "children"})
        issue = answer.read(One[Issue]).it
        key = issue.key((await self.client.fields.get()).issue, command.deal)
        if not key:
            return
        heir = there.get(key)
        if issue.children and heir and heir != number:
            body = {"issue": {"parent_issue_id": int(heir)}}
            for child in issue.children:
                await self.client.api.put("/issues/{}.json", str(child.id), body=body)
        elif issue.children:
            raise Rejected(self.system, f"issue {number} has issues below it: move or delete them")
        if issue.spent is None or issue.spent:
            raise Rejected(self.system, f"time is booked on issue {number}: move it elsewhere")
        await self.client.api.delete("/issues/{}.json", number)


def _keys(command: PlanWork) -> set[str]:
    milestones = {str(item.key) for item in command.milestones}
    return milestones | {package.key for package in command.packages}


def _row(command: PlanWork, tracker: int, name: str, milestone: str) -> dict[str, Any]:
    return {
        "project_id": int(command.project),
        "tracker_id": tracker,
        "subject": " ".join(name.split())[:255],
        "fixed_version_id": int(command.versions[milestone]),
    }
