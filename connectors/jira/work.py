"""The change that plans the work: an epic a milestone, its work packages below it.

Jira makes issues as often as it is asked; our key goes in with them, so that they are found again.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from connectors.common import Api, VendorOperation
from connectors.jira.issues import issues_of
from connectors.jira.refusals import NoneMade
from connectors.jira.rows import OPTIONAL, Row, ids, package, subject, subject_of, summary, without
from connectors.jira.wire import Bulk, Issue, Project
from domain.effect import EffectKind, Receipt
from domain.ids import ExternalId
from domain.project import PlanWork
from ports.failures import Absent, Rejected
from ports.operation import Attempt

_KIND = EffectKind("pm.work")
_AT_ONCE = 50
EPIC, TASK, SUBTASK = 1, 0, -1


@dataclass(frozen=True)
class WorkChange(VendorOperation[Api]):
    """Looks, makes what is missing, keeps the oldest of each and lets the rest be swept."""

    kind = _KIND

    async def do(self, command: PlanWork, ticket: Attempt) -> Receipt:
        project = await self._project(command)
        there = _oldest(await self._ours(command, project)) if ticket.search_first else {}
        has_epics = project.type_at(EPIC) is not None
        upper = project.type_at(EPIC if has_epics else TASK)
        lower = project.type_at(TASK if has_epics else SUBTASK)
        if upper is None or lower is None:
            reason = (
                f"{project.key} has no types for tasks and sub-tasks: set another jira template"
            )
            raise Rejected(self.system, reason)
        epics = [summary(command, item, upper) for item in command.milestones]
        there |= await self._add(there, epics)
        packages = [package(command, each, lower, there) for each in command.packages]
        there |= await self._add(there, packages)
        return _made(command, there)

    async def find(self, command: PlanWork) -> Sequence[Receipt]:
        try:
            ours = await self._ours(command, await self._project(command))
        except Absent:
            return ()
        there = _oldest(ours)
        keys = [*(item.key for item in command.milestones), *(p.key for p in command.packages)]
        wanted = {subject(command, key) for key in keys}
        if not wanted <= there.keys():
            return ()
        strays = [issue for issue in ours if issue.id not in there.values()]
        return (_made(command, there), *map(_stray, strays))

    async def undo(self, command: PlanWork, made: Receipt) -> None:
        del command
        for issue in made.parts.values():
            with suppress(Absent):
                await self.client.delete("/issue/{}", issue, query={"deleteSubtasks": "true"})

    async def _project(self, command: PlanWork) -> Project:
        return (await self.client.get("/project/{}", command.project)).read(Project)

    async def _ours(self, command: PlanWork, project: Project) -> list[Issue]:
        """All issues of ours, oldest first."""
        issues = await issues_of(self.client, project, "summary")
        return [issue for issue in issues if issue.key_in(command.deal)]

    async def _add(
        self, there: dict[str, ExternalId], issues: Iterable[Row]
    ) -> dict[str, ExternalId]:
        missing = [issue for issue in issues if subject_of(issue) not in there]
        made: dict[str, ExternalId] = {}
        for start in range(0, len(missing), _AT_ONCE):
            made |= await self._add_rows(missing[start : start + _AT_ONCE])
        return made

    async def _add_rows(self, rows: list[Row]) -> dict[str, ExternalId]:
        """Rows that are refused for a field they can do without are made without it."""
        bulk = await self._bulk(rows)
        if not bulk.errors:
            return ids(rows, bulk)
        rest = [without(rows[failed.row], failed) for failed in bulk.errors]
        is_lighter = all(failed.why.errors.keys() & OPTIONAL for failed in bulk.errors)
        again = await self._bulk(rest) if is_lighter else bulk
        if again.errors:
            raise Rejected(self.system, f"not every issue was made: {again.words}")
        return ids(rows, bulk) | ids(rest, again)

    async def _bulk(self, rows: list[Row]) -> Bulk:
        try:
            answer = await self.client.post("/issue/bulk", body={"issueUpdates": rows})
        except NoneMade as refused:
            return refused.bulk
        bulk = answer.read(Bulk)
        if len(bulk.issues) + len(bulk.errors) != len(rows):
            raise answer.unreadable("not a line for every issue")
        return bulk


def _oldest(issues: Iterable[Issue]) -> dict[str, ExternalId]:
    oldest: dict[str, ExternalId] = {}
    for issue in issues:
        oldest.setdefault(issue.subject, ExternalId(issue.id))
    return oldest


def _made(command: PlanWork, there: dict[str, ExternalId]) -> Receipt:
    prefix = f"{command.deal}:"
    parts = {subject.removeprefix(prefix): number for subject, number in there.items()}
    return Receipt(id=command.project, parts=parts)


def _stray(issue: Issue) -> Receipt:
    return Receipt(id=ExternalId(issue.id), parts={"stray": ExternalId(issue.id)})
