"""What is planned in a project, and what comes of it: milestones, work packages, booked time.

Redmine makes versions and issues as often as it is asked; our key, in a custom field, finds them
again. Of two that a race made the older is meant, and the other is swept.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from connectors.kit import OnSite
from connectors.redmine.site import Site
from connectors.redmine.wire import Booking, Issue, One, Page, Record, Version
from domain.billing import BillableItem
from domain.effect import EffectKind, Made
from domain.names import DealId, ExternalId, ItemKey
from domain.project import PlanMilestones, PlanWork
from domain.timesheet import TimeEntry
from ports.change import Ticket
from ports.failures import Absent, ConnectorFailure, Misconfigured, Rejected
from ports.pm import MilestoneProgress

_LONGEST_NAME = 60
Keyed = TypeVar("Keyed", bound=Record)


class MilestonesChange(OnSite[Site]):
    """One version a milestone; those that are there are kept, and of two the older."""

    kind = EffectKind("pm.milestones")

    async def make(self, command: PlanMilestones, ticket: Ticket) -> Made:
        del ticket
        there = _elected(await self._ours(command))
        names = _names(command.milestones)
        missing = [item for item in command.milestones if item.key not in there]
        for item in missing:
            there[item.key] = await self._add(command, item, names[item.key])
        if missing:
            with suppress(ConnectorFailure):  # they are made, whatever comes of the second look
                there |= _elected(await self._ours(command))
        return Made(id=command.project, parts=there)

    async def find(self, command: PlanMilestones) -> Sequence[Made]:
        keys = {str(item.key) for item in command.milestones}
        with suppress(Absent):
            return _whole(command.project, keys, await self._ours(command))
        return ()

    async def take_back(self, command: PlanMilestones, made: Made) -> None:
        """Raises Rejected while an issue is planned for one of them."""
        for version in made.parts.values():
            try:
                async with self.site.inside(command.project):
                    await self.site.api.delete("/versions/{}.json", version)
            except Absent:
                continue
            except Rejected as kept:
                reason = f"version {version} has issues: plan them for another ({kept.reason})"
                raise Rejected(self.system, reason) from kept

    async def _ours(self, command: PlanMilestones) -> dict[str, list[Version]]:
        return await _versions(self.site, command.project, command.deal)

    async def _add(self, command: PlanMilestones, item: BillableItem, name: str) -> ExternalId:
        fields = await self.site.fields.get()
        key = _key_of(command.deal, item.key)
        version = {
            "name": name,
            "due_date": max(item.due, command.start),
            "sharing": "none",
            "status": "open",
            "custom_fields": [{"id": fields.version, "value": key}],
        }
        path = "/projects/{}/versions.json"
        try:
            async with self.site.inside(command.project):
                answer = await self.site.api.post(path, command.project, body={"version": version})
        except Rejected as taken:
            return await self._adopt(command, item, name, taken)
        made = answer.read(One[Version]).it
        if made.text(fields.version) != key:
            raise await self.site.keyless("/versions/{}.json", made.id, "version")
        return ExternalId(str(made.id))

    async def _adopt(
        self, command: PlanMilestones, item: BillableItem, name: str, taken: Rejected
    ) -> ExternalId:
        """The one of ours that has the name already, made by an attempt that we lost sight of."""
        there = _elected(await self._ours(command))
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


class WorkChange(OnSite[Site]):
    """Looks, makes what is missing, keeps the oldest of each and lets the rest be swept."""

    kind = EffectKind("pm.work")

    async def make(self, command: PlanWork, ticket: Ticket) -> Made:
        del ticket
        tracker = await self._tracker(command)
        there = _elected(await self._ours(command))
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
                there |= _elected(await self._ours(command))
        return Made(id=command.project, parts=there)

    async def find(self, command: PlanWork) -> Sequence[Made]:
        with suppress(Absent):
            return _whole(command.project, _keys(command), await self._ours(command))
        return ()

    async def take_back(self, command: PlanWork, made: Made) -> None:
        """Raises Rejected where it would take with it what people put there."""
        try:
            there = _elected(await self._ours(command))
        except Absent:
            return
        summaries = {item.key for item in command.milestones}
        for _, number in sorted(made.parts.items(), key=lambda part: part[0] in summaries):
            with suppress(Absent):
                async with self.site.inside(command.project):
                    await self._remove(command, number, there)

    async def _ours(self, command: PlanWork) -> dict[str, list[Issue]]:
        field = (await self.site.fields.get()).issue
        return _by_key(await self.site.issues(command.project), field, command.deal)

    async def _tracker(self, command: PlanWork) -> int:
        """The number of our tracker, if the project has it and keeps our key with it.

        Redmine takes another tracker for one that it lacks, and drops a field that it lacks.
        """
        include = "trackers,issue_custom_fields"
        project = await self.site.project(command.project, include=include)
        field = (await self.site.fields.get()).issue
        house, let = self.site.house, f"let project {project.identifier} have the"
        if field not in {each.id for each in project.issue_fields}:
            raise Misconfigured(self.system, f"{let} issue field {house.key_field!r}")
        tracker = await self.site.tracker()
        if tracker not in {each.id for each in project.trackers}:
            raise Misconfigured(self.system, f"{let} tracker {house.tracker!r}")
        return tracker

    async def _add(self, command: PlanWork, key: str, row: dict[str, Any]) -> ExternalId:
        field, ours = (await self.site.fields.get()).issue, _key_of(command.deal, key)
        issue = row | {"custom_fields": [{"id": field, "value": ours}]}
        async with self.site.inside(command.project):
            answer = await self.site.api.post("/issues.json", body={"issue": issue})
        made = answer.read(One[Issue]).it
        if made.text(field) != ours:
            raise await self.site.keyless("/issues/{}.json", made.id, "issue")
        return ExternalId(str(made.id))

    async def _remove(
        self, command: PlanWork, number: ExternalId, there: Mapping[str, ExternalId]
    ) -> None:
        """Deleting an issue deletes its children and all their time: so neither may be left."""
        answer = await self.site.api.get("/issues/{}.json", number, query={"include": "children"})
        issue = answer.read(One[Issue]).it
        key = issue.key((await self.site.fields.get()).issue, command.deal)
        if not key:
            return
        heir = there.get(key)
        if issue.children and heir and heir != number:
            body = {"issue": {"parent_issue_id": int(heir)}}
            for child in issue.children:
                await self.site.api.put("/issues/{}.json", str(child.id), body=body)
        elif issue.children:
            raise Rejected(self.system, f"issue {number} has issues below it: move or delete them")
        if issue.spent is None or issue.spent:
            raise Rejected(self.system, f"time is booked on issue {number}: move it elsewhere")
        await self.site.api.delete("/issues/{}.json", number)


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
    return _by_key(here, field, deal)


async def read_time(site: Site, deal: DealId, project: ExternalId) -> Sequence[TimeEntry]:
    """Complete: entries have no filter for what changed, so all are read each time."""
    fields = await site.fields.get()
    query = {"project_id": project, "subproject_id": "!*"}
    async with site.inside(project):
        found = await site.all("/time_entries.json", of=Page[Booking], query=query)
    booked = [each for each in found if str(each.project.id) == project]
    issues = {issue.id: issue for issue in await site.issues(project)} if booked else {}
    entries = [
        TimeEntry(
            id=ExternalId(str(each.id)),
            person=str(each.user.id),
            day=each.day,
            hours=each.hours,
            package=_package(issues, each.issue.id if each.issue else 0, deal, fields.issue),
            is_approved=each.text(fields.time_entry) in site.house.approved,
        )
        for each in booked
    ]
    return sorted(entries, key=lambda entry: (entry.day, int(entry.id)))


def _package(issues: Mapping[int, Issue], number: int, deal: DealId, field: int) -> str:
    """The key of the issue, or of the nearest one above it that is ours."""
    while issue := issues.get(number):
        if key := issue.key(field, deal):
            return key
        number = issue.parent.id if issue.parent else 0
    return ""


def _by_key(rows: Iterable[Keyed], field: int, deal: DealId) -> dict[str, list[Keyed]]:
    """Those that carry a key of the deal, by the rest of that key, each oldest first."""
    found: dict[str, list[Keyed]] = defaultdict(list)
    for row in sorted(rows, key=lambda each: each.id):
        if key := row.key(field, deal):
            found[key].append(row)
    return dict(found)


def _key_of(deal: DealId, key: str) -> str:
    """How a version or an issue carries our key."""
    return f"{deal}:{key}"


def _elected(ours: Mapping[str, Sequence[Record]]) -> dict[str, ExternalId]:
    """The oldest of each key: whoever looks, sees the same one."""
    return {key: ExternalId(str(rows[0].id)) for key, rows in ours.items()}


def _whole(
    project: ExternalId, keys: set[str], ours: Mapping[str, Sequence[Record]]
) -> Sequence[Made]:
    """All of it, if nothing is missing; and what a race made a second time, each by itself."""
    if not keys <= ours.keys():
        return ()
    late = (ExternalId(str(row.id)) for rows in ours.values() for row in rows[1:])
    strays = (Made(id=number, parts={"stray": number}) for number in late)
    return (Made(id=project, parts=_elected(ours)), *strays)
