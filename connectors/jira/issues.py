"""All issues of a project, read by key: unlike search, this lags behind nothing."""

from connectors.common import Api
from connectors.jira.wire import PROPERTY, Fetched, Issue, Project

_FETCHED = 100
_GAP = 50


async def issues_of(site: Api, project: Project, field: str) -> list[Issue]:
    """Everybody's, oldest first, each with our property and this field."""
    issues: list[Issue] = []
    first = 1
    while first:
        found = await _fetch(site, project, first, field)
        issues += found
        last = max((issue.number_in(project.key) for issue in found), default=0)
        # Keys count up: a long gap behind the last one is the end.
        first = last + 1 if last + _GAP >= first + _FETCHED else 0
    return sorted(issues, key=lambda issue: int(issue.id))


async def _fetch(site: Api, project: Project, first: int, field: str) -> list[Issue]:
    keys = [f"{project.key}-{number}" for number in range(first, first + _FETCHED)]
    body = {"issueIdsOrKeys": keys, "fields": [field], "properties": [PROPERTY]}
    return (await site.post("/issue/bulkfetch", body=body, reads=True)).read(Fetched).issues
