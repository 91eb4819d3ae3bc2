"""The change that plans the work: an epic a milestone, its work packages below it.

Jira makes issues as often as it is asked; our key goes in with them, so that they are found again.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from connectors.jira.site import Site
from connectors.jira.wire import PROPERTY, BulkAnswer, Fetched, Issue, Project, document
from domain.billing import BillableItem
from domain.effect import EffectKind, Made, Repeat
from domain.names import ExternalId
from domain.project import PlanWork, WorkPackage
from ports.change import Ticket
from ports.failures import Absent, Rejected

_KIND = EffectKind("pm.work")
_AT_ONCE = 50
_FETCHED = 100
_SPARE = 20
EPIC, TASK, SUBTASK = 1, 0, -1


@dataclass(frozen=True)
class WorkChange:
    """Looks, makes what is missing, keeps the oldest of each and lets the rest be swept."""

    site: Site
    repeat: Repeat
    kind: EffectKind = _KIND
    reopens: bool = False

    @property
    def system(self) -> str:
        return self.site.system

    async def make(self, command: PlanWork, ticket: Ticket) -> Made:
        project = await self._project(command)
        there = _oldest(await self._ours(command, project)) if ticket.look_first else {}
        has_epics = project.type_at(EPIC) is not None
        upper = project.type_at(EPIC if has_epics else TASK)
        lower = project.type_at(TASK if has_epics else SUBTASK)
        if upper is None or lower is None:
            reason = f"project {project.key} has no issue types for milestones and tasks"
            raise Rejected(self.system, reason)
        summaries = [_summary(command, item, upper) for item in command.milestones]
        there |= await self._add(there, summaries)
        packages = [_package(command, package, lower, there) for package in command.packages]
        there |= await self._add(there, packages)
        return _made(command, there)

    async def find(self, command: PlanWork) -> Sequence[Made]:
        try:
            ours = await self._ours(command, await self._project(command))
        except Absent:
            return ()
        there = _oldest(ours)
        keys = [*(item.key for item in command.milestones), *(p.key for p in command.packages)]
        wanted = {_subject(command, key) for key in keys}
        if not wanted <= there.keys():
            return ()
        strays = [issue for issue in ours if issue.id not in there.values()]
        return (_made(command, there), *map(_stray, strays))

    async def take_back(self, command: PlanWork, made: Made) -> None:
        del command
        for issue in made.parts.values():
            with suppress(Absent):
                await self.site.delete("/issue/{}", issue, query={"deleteSubtasks": "true"})

    async def _project(self, command: PlanWork) -> Project:
        return (await self.site.get("/project/{}", command.project)).read(Project)

    async def _ours(self, command: PlanWork, project: Project) -> list[Issue]:
        """All issues of ours, oldest first. Keys count up from 1: read by key, nothing lags."""
        wanted = len(command.milestones) + len(command.packages)
        found: list[Issue] = []
        last = 2 * wanted + _SPARE
        for first in range(1, last + 1, _FETCHED):
            keys = [f"{project.key}-{n}" for n in range(first, min(first + _FETCHED, last + 1))]
            body = {"issueIdsOrKeys": keys, "fields": ["summary"], "properties": [PROPERTY]}
            answer = await self.site.post("/issue/bulkfetch", body=body, reads=True)
            found += answer.read(Fetched).issues
        ours = [issue for issue in found if issue.subject.startswith(f"{command.deal}:")]
        return sorted(ours, key=lambda issue: int(issue.id))

    async def _add(
        self, there: dict[str, ExternalId], issues: Iterable[dict[str, Any]]
    ) -> dict[str, ExternalId]:
        missing = [issue for issue in issues if _subject_of(issue) not in there]
        made: dict[str, ExternalId] = {}
        for start in range(0, len(missing), _AT_ONCE):
            part = missing[start : start + _AT_ONCE]
            answer = await self.site.post("/issue/bulk", body={"issueUpdates": part})
            bulk = answer.read(BulkAnswer)
            if bulk.errors:
                first = bulk.errors[0].get("elementErrors", {})
                raise Rejected(self.system, f"not every issue was made: {first}"[:300])
            ids = (ExternalId(issue.id) for issue in bulk.issues)
            made |= dict(zip(map(_subject_of, part), ids, strict=True))
        return made


def _summary(command: PlanWork, item: BillableItem, kind: str) -> dict[str, Any]:
    """The epic that a milestone's work hangs under."""
    fields: dict[str, Any] = {
        **_fields(command, item.name, kind, item.key),
        "description": document(f"Milestone {item.key}, planned for {item.due}."),
        "duedate": item.due,
    }
    return _issue(command, item.key, fields)


def _package(
    command: PlanWork, package: WorkPackage, kind: str, there: dict[str, ExternalId]
) -> dict[str, Any]:
    fields: dict[str, Any] = {
        **_fields(command, package.name, kind, package.milestone),
        "parent": {"id": there[_subject(command, package.milestone)]},
        "timetracking": {"originalEstimate": f"{round(package.hours * 60)}m"},
    }
    return _issue(command, package.key, fields)


def _fields(command: PlanWork, name: str, kind: str, milestone: str) -> dict[str, Any]:
    return {
        "project": {"id": command.project},
        "issuetype": {"id": kind},
        "summary": name[:255],
        "labels": [f"cw-{milestone}"],
        "fixVersions": [{"id": command.versions[milestone]}],
    }


def _issue(command: PlanWork, key: str, fields: dict[str, Any]) -> dict[str, Any]:
    value = {"effect": "pm.work", "subject": _subject(command, key)}
    return {"fields": fields, "properties": [{"key": PROPERTY, "value": value}]}


def _subject(command: PlanWork, key: str) -> str:
    return f"{command.deal}:{key}"


def _subject_of(issue: dict[str, Any]) -> str:
    return str(issue["properties"][0]["value"]["subject"])


def _oldest(issues: Iterable[Issue]) -> dict[str, ExternalId]:
    oldest: dict[str, ExternalId] = {}
    for issue in issues:
        oldest.setdefault(issue.subject, ExternalId(issue.id))
    return oldest


def _made(command: PlanWork, there: dict[str, ExternalId]) -> Made:
    prefix = f"{command.deal}:"
    parts = {subject.removeprefix(prefix): number for subject, number in there.items()}
    return Made(id=command.project, parts=parts)


def _stray(issue: Issue) -> Made:
    return Made(id=ExternalId(issue.id), parts={"stray": ExternalId(issue.id)})
