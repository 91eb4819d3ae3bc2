"""The time that the team booked: worklogs, on the issues of a project."""

from collections.abc import Sequence
from decimal import Decimal

from connectors.common import Api, together
from connectors.jira.issues import issues_of
from connectors.jira.wire import Issue, Project, Worklog, Worklogs
from domain.ids import DealId, ExternalId
from domain.timesheet import TimeEntry
from ports.failures import Absent

_PAGE = 1000
_SECONDS = 3600


async def read_time(site: Api, deal: DealId, project: ExternalId) -> Sequence[TimeEntry]:
    """Every worklog of the project. Jira has no approval of time, so none of it is approved."""
    found = (await site.get("/project/{}", project)).read(Project)
    if found.deleted:
        raise Absent(site.system, f"the project {found.key} is in the trash")
    issues = await issues_of(site, found, "worklog")
    async with together() as group:
        reading = [(issue, group.create_task(_worklogs(site, issue))) for issue in issues]
    entries = [
        _entry(worklog, issue.key_in(deal)) for issue, read in reading for worklog in read.result()
    ]
    return sorted(entries, key=lambda entry: (entry.day, int(entry.id)))


async def _worklogs(site: Api, issue: Issue) -> list[Worklog]:
    """An issue holds its first few by itself; more of them are asked for, page after page."""
    inside = issue.fields.worklog
    if len(inside.worklogs) >= inside.total:
        return inside.worklogs
    found: list[Worklog] = []
    while True:
        query = {"startAt": len(found), "maxResults": _PAGE}
        page = (await site.get("/issue/{}/worklog", issue.id, query=query)).read(Worklogs)
        found += page.worklogs
        if len(found) >= page.total or not page.worklogs:
            return found


def _entry(worklog: Worklog, package: str) -> TimeEntry:
    return TimeEntry(
        id=ExternalId(worklog.id),
        person=worklog.author.id if worklog.author else "",
        day=worklog.day,
        hours=round(Decimal(worklog.seconds) / _SECONDS, 4),
        package=package,
    )
