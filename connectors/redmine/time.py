"""Time that people booked on a project, each entry for the package it belongs to."""

from collections.abc import Mapping, Sequence

from connectors.redmine.site import Site
from connectors.redmine.wire import Booking, Issue, Page
from domain.ids import DealId, ExternalId
from domain.timesheet import TimeEntry


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
