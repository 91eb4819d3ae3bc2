"""Plans the work: an issue for each milestone, with its work packages below it.

Redmine does not refuse a repeat; each issue has our key in a custom field.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from connectors.common import VendorOperation
from connectors.common.project_parts import oldest, receipts
from connectors.redmine.client import RedmineClient
from connectors.redmine.models.issues import Issue, milestone_issue, package_issue
from connectors.redmine.models.records import key_field, keyed
from domain.effect import EffectKind, Receipt, Strategy
from domain.ids import ExternalId
from domain.project import PlanWork
from ports.failures import Absent, ConnectorFailure, Misconfigured, Rejected
from ports.operation import Attempt

_PATH = "/issues/{}.json"


class PlanWorkOperation(VendorOperation[RedmineClient]):
    """Makes what is missing, keeps the oldest issue of each key and reports the others as stray."""

    kind = EffectKind("pm.work")
    strategy = Strategy.SEARCH_FIRST

    async def do(self, command: PlanWork, attempt: Attempt) -> Receipt:
        tracker = await self._tracker(command)
        found = oldest(await self._ours(command))
        is_complete = _keys(command) <= found.keys()
        for milestone in command.milestones:
            if milestone.key not in found:
                body = milestone_issue(command, milestone, tracker)
                found[milestone.key] = await self._add(command, milestone.key, body)
        for work in command.packages:
            if work.key not in found:
                body = package_issue(command, work, tracker, found[work.milestone])
                found[work.key] = await self._add(command, work.key, body)
        if not is_complete:
            with suppress(ConnectorFailure):  # They are there, even if this search fails.
                found |= oldest(await self._ours(command))
        return Receipt(id=command.project, parts=found)

    async def find(self, command: PlanWork) -> Sequence[Receipt]:
        with suppress(Absent):
            return receipts(command.project, _keys(command), await self._ours(command))
        return ()

    async def undo(self, command: PlanWork, receipt: Receipt) -> None:
        """Raises Rejected where it would also delete what people put there."""
        try:
            found = oldest(await self._ours(command))
        except Absent:
            return
        milestones = {milestone.key for milestone in command.milestones}
        for _, issue in sorted(receipt.parts.items(), key=lambda part: part[0] in milestones):
            with suppress(Absent):
                async with self.client.inside(command.project):
                    await self._remove(command, issue, found)

    async def _ours(self, command: PlanWork) -> list[tuple[str, str]]:
        field = (await self.client.fields.get()).issue
        issues = await self.client.issues(command.project)
        ours = keyed(issues, lambda issue: self.client.key(issue, field, command.deal))
        return [(key, str(issue.id)) for key, issue in ours]

    async def _tracker(self, command: PlanWork) -> int:
        """The id of our tracker. Raises Misconfigured if the project lacks it or our key field.

        Redmine silently takes another tracker for one that is missing, and drops the field.
        """
        include = "trackers,issue_custom_fields"
        project = await self.client.project(command.project, include=include)
        field = (await self.client.fields.get()).issue
        settings, let = self.client.settings, f"let project {project.identifier} have the"
        if field not in {each.id for each in project.issue_fields}:
            raise Misconfigured(self.system, f"{let} issue field {settings.key_field!r}")
        tracker = await self.client.tracker()
        if tracker not in {each.id for each in project.trackers}:
            raise Misconfigured(self.system, f"{let} tracker {settings.tracker!r}")
        return tracker

    async def _add(self, command: PlanWork, key: str, body: dict[str, Any]) -> ExternalId:
        field = (await self.client.fields.get()).issue
        reference = self.client.references.of(f"{command.deal}:{key}")
        body |= {"custom_fields": key_field(field, reference)}
        async with self.client.inside(command.project):
            response = await self.client.api.post("/issues.json", body={"issue": body})
        issue = response.read(Issue, "issue")
        if issue.text(field) != reference:
            raise await self.client.without_key(_PATH, issue.id, "issue")
        return ExternalId(str(issue.id))

    async def _remove(
        self, command: PlanWork, id: ExternalId, found: Mapping[str, ExternalId]
    ) -> None:
        """Remove an issue that has no issues below it: Redmine would delete those with their time.

        The issues below a stray move to the issue that counts.
        """
        response = await self.client.api.get(_PATH, id, query={"include": "children"})
        issue = response.read(Issue, "issue")
        key = self.client.key(issue, (await self.client.fields.get()).issue, command.deal)
        if not key:
            return
        heir = found.get(key)
        if issue.children and heir and heir != id:
            body = {"issue": {"parent_issue_id": int(heir)}}
            for child in issue.children:
                await self.client.api.put(_PATH, str(child.id), body=body)
        elif issue.children:
            raise Rejected(self.system, f"issue {id} has issues below it: move or delete them")
        if issue.spent is None or issue.spent:
            raise Rejected(self.system, f"time is booked on issue {id}: move it elsewhere")
        await self.client.api.delete(_PATH, id)


def _keys(command: PlanWork) -> set[str]:
    milestones = {str(milestone.key) for milestone in command.milestones}
    return milestones | {package.key for package in command.packages}
