"""Plans the work: an epic for each milestone, with its work packages below it.

Jira does not refuse a repeat; each issue has our key, by which it is found again.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from connectors.common import VendorOperation
from connectors.common.project_parts import oldest, receipts
from connectors.jira.client import JiraClient
from connectors.jira.errors import NoneCreated
from connectors.jira.models.issues import BulkResult
from connectors.jira.models.new_issues import (
    OPTIONAL_FIELDS,
    Row,
    created,
    milestone_row,
    package_row,
    without_refused_fields,
)
from connectors.jira.models.project import Project
from domain.effect import EffectKind, Receipt, Strategy
from domain.ids import ExternalId
from domain.project import PlanWork
from ports.failures import Absent, Rejected
from ports.operation import Attempt

# The most issues of a bulk create, docs/rest/issues
_BULK_SIZE = 50
# Levels of the issue type hierarchy, docs/rest/issue-types
_EPIC, _TASK, _SUBTASK = 1, 0, -1


class PlanWorkOperation(VendorOperation[JiraClient]):
    """Makes what is missing, keeps the oldest issue of each key and reports the others as stray."""

    kind = EffectKind("pm.work")
    strategy = Strategy.SEARCH_FIRST

    async def do(self, command: PlanWork, attempt: Attempt) -> Receipt:
        project = await self.client.project(command.project)
        upper, lower = self._types(project)
        found = oldest(await self._ours(command, project)) if attempt.search_first else {}
        reference = self.client.references.of(f"{command.deal}:")
        epics = {
            str(milestone.key): milestone_row(command, milestone, upper, reference + milestone.key)
            for milestone in command.milestones
        }
        found |= await self._add(epics, found)
        packages = {
            work.key: package_row(command, work, lower, found[work.milestone], reference + work.key)
            for work in command.packages
        }
        found |= await self._add(packages, found)
        return Receipt(id=command.project, parts=found)

    async def find(self, command: PlanWork) -> Sequence[Receipt]:
        keys = {str(milestone.key) for milestone in command.milestones}
        keys |= {package.key for package in command.packages}
        with suppress(Absent):
            project = await self.client.project(command.project)
            return receipts(command.project, keys, await self._ours(command, project))
        return ()

    async def undo(self, command: PlanWork, receipt: Receipt) -> None:
        for issue in receipt.parts.values():
            with suppress(Absent):
                query = {"deleteSubtasks": "true"}
                await self.client.api.delete("/issue/{}", issue, query=query)

    def _types(self, project: Project) -> tuple[str, str]:
        """The issue types of milestones and packages; without epics, tasks and sub-tasks."""
        has_epics = project.type_at(_EPIC) is not None
        upper = project.type_at(_EPIC if has_epics else _TASK)
        lower = project.type_at(_TASK if has_epics else _SUBTASK)
        if upper is None or lower is None:
            lack = f"{project.key} has no types for tasks and sub-tasks"
            raise Rejected(self.system, f"{lack}: set another jira template")
        return upper, lower

    async def _ours(self, command: PlanWork, project: Project) -> list[tuple[str, str]]:
        """The keys and ids of all our issues, oldest first."""
        issues = await self.client.issues(project, "summary")
        part, deal = self.client.references.part, command.deal
        return [(key, issue.id) for issue in issues if (key := part(issue.reference, deal))]

    async def _add(
        self, rows: Mapping[str, Row], found: Mapping[str, ExternalId]
    ) -> dict[str, ExternalId]:
        missing = [(key, row) for key, row in rows.items() if key not in found]
        added: dict[str, ExternalId] = {}
        for start in range(0, len(missing), _BULK_SIZE):
            added |= await self._add_rows(dict(missing[start : start + _BULK_SIZE]))
        return added

    async def _add_rows(self, rows: Mapping[str, Row]) -> dict[str, ExternalId]:
        """Add rows by our keys; add one without its optional field if Jira refuses that."""
        keys = list(rows)
        bulk = await self._bulk(list(rows.values()))
        if not bulk.errors:
            return created(keys, bulk)
        refused = {keys[failed.row]: failed for failed in bulk.errors}
        rest = [without_refused_fields(rows[key], failed) for key, failed in refused.items()]
        is_lighter = all(failed.error.errors.keys() & OPTIONAL_FIELDS for failed in bulk.errors)
        again = await self._bulk(rest) if is_lighter else bulk
        if again.errors:
            raise Rejected(self.system, f"not every issue was made: {again.text}")
        return created(keys, bulk) | created(list(refused), again)

    async def _bulk(self, rows: list[Row]) -> BulkResult:
        try:
            response = await self.client.api.post("/issue/bulk", body={"issueUpdates": rows})
        except NoneCreated as refused:
            return refused.bulk
        bulk = response.read(BulkResult)
        if len(bulk.issues) + len(bulk.errors) != len(rows):
            raise response.unreadable("not a line for every issue")
        return bulk
