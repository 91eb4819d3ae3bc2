"""The calls that the Jira connector makes: sign-in, base URL, whole lists."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final

from connectors.common import (
    Anonymous,
    Api,
    ApiProfile,
    Auth,
    Basic,
    Cached,
    ClientCredentials,
    Http,
    References,
    TokenEndpoint,
    VendorClient,
    batches,
    open_http,
    require_secret,
    secret,
)
from connectors.jira.errors import explain, status
from connectors.jira.models.access import Account
from connectors.jira.models.issues import Issue
from connectors.jira.models.project import PROPERTY, Project, ProjectPage
from connectors.jira.models.versions import Version
from connectors.jira.models.worklogs import Feed, Worklog
from connectors.jira.settings import JiraSettings

SYSTEM: Final = "jira"
_REST = "/rest/api/3"
# The header of docs/rest (Status codes); a 429 without Retry-After names no pause.
_PROFILE = ApiProfile(
    explain=explain, status=status, pause=timedelta(seconds=5), request_id="X-AREQUESTID"
)
# The most issues of a bulk fetch, docs/rest/issues
_FETCH_SIZE = 100
# Keys count up: a gap as long as this behind the last issue is the end.
_KEY_GAP = 50
# The largest page of projects, docs/rest/projects
_PROJECT_PAGE = 50
# The most worklogs of one call, docs/rest/issue-worklogs
_WORKLOG_PAGE = 1000
_ACCOUNT_CACHE_TIME = timedelta(hours=1)


class JiraClient(VendorClient[JiraSettings]):
    """The calls to one site."""

    def __init__(self, api: Api, settings: JiraSettings, references: References) -> None:
        super().__init__(api, settings, references)
        self.account_id = Cached(self._read_account_id, _ACCOUNT_CACHE_TIME)

    async def read_tenant(self) -> str:
        return self.settings.place

    async def project(self, id: str, **query: str) -> Project:
        return (await self.api.get("/project/{}", id, query=query)).read(Project)

    async def projects(self) -> AsyncIterator[Project]:
        """All projects that we may see, page by page, each with our property."""
        start = 0
        while True:
            paging = {"startAt": str(start), "maxResults": str(_PROJECT_PAGE)}
            query = {"properties": PROPERTY, **paging}
            page = (await self.api.get("/project/search", query=query)).read(ProjectPage)
            for project in page.values:
                yield project
            if page.is_last or not page.values:
                return
            start += len(page.values)

    async def versions(self, project: str) -> list[Version]:
        return (await self.api.get("/project/{}/versions", project)).read(list[Version])

    async def issues(self, project: Project, field: str) -> list[Issue]:
        """All issues of a project, oldest first, each with our property and this field.

        They are fetched by key: unlike a search, that does not lag.
        """
        issues: list[Issue] = []
        first = 1
        while first:
            found = await self._fetch(project, first, field)
            issues += found
            last = max((issue.number_in(project.key) for issue in found), default=0)
            first = last + 1 if last + _KEY_GAP >= first + _FETCH_SIZE else 0
        return sorted(issues, key=lambda issue: int(issue.id))

    async def issues_by_id(self, ids: Collection[str]) -> dict[str, Issue]:
        """Read these issues by id, each with its project and our property."""
        ordered = sorted(ids, key=int)
        found = [await self._fetch_all(part, "project") for part in batches(ordered, _FETCH_SIZE)]
        return {issue.id: issue for part in found for issue in part}

    async def changes(
        self, feed: str, since: datetime, *, pages: int | None = None
    ) -> dict[str, datetime]:
        """Read the ids of worklogs in the feed `updated` or `deleted`, the oldest change first.

        A page begins a millisecond before the end of the one before: others may have changed then.
        """
        found: dict[str, datetime] = {}
        start = _milliseconds(since)
        for read in count(1):
            response = await self.api.get("/worklog/{}", feed, query={"since": str(start - 1)})
            page = response.read(Feed)
            for change in page.values:
                found[str(change.id)] = datetime.fromtimestamp(change.moment / 1000, UTC)
            if page.is_last or page.until <= start or read == pages:
                break
            start = page.until
        return found

    async def worklogs(self, ids: Collection[str]) -> list[Worklog]:
        """Read these worklogs; those that we may not see are left out."""
        found: list[Worklog] = []
        for part in batches(sorted(ids, key=int), _WORKLOG_PAGE):
            body = {"ids": [int(each) for each in part]}
            response = await self.api.post("/worklog/list", body=body, reads=True)
            found += response.read(list[Worklog])
        return found

    async def _fetch(self, project: Project, first: int, field: str) -> list[Issue]:
        keys = [f"{project.key}-{number}" for number in range(first, first + _FETCH_SIZE)]
        return await self._fetch_all(keys, field)

    async def _fetch_all(self, refs: Sequence[str], field: str) -> list[Issue]:
        body = {"issueIdsOrKeys": refs, "fields": [field], "properties": [PROPERTY]}
        response = await self.api.post("/issue/bulkfetch", body=body, reads=True)
        return response.read(list[Issue], "issues")

    async def _read_account_id(self) -> str:
        return (await self.api.get("/myself")).read(Account).id


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


@asynccontextmanager
async def open_client(settings: JiraSettings, references: References) -> AsyncIterator[JiraClient]:
    """Sends nothing before the first call."""
    async with open_http(settings.url.rstrip("/") + _REST, settings.http) as http:
        api = Api(SYSTEM, http, _auth(settings, http), _PROFILE)
        yield JiraClient(api, settings, references)


def _auth(settings: JiraSettings, http: Http) -> Auth:
    if token := secret(settings.token, settings.token_file):
        return Basic(SYSTEM, settings.email, token)
    client_secret = require_secret(settings.client_secret, settings.client_secret_file)
    api = Api(SYSTEM, http, Anonymous(), _PROFILE)
    url = f"{settings.auth_url}/oauth/token"
    endpoint = TokenEndpoint(api, url, settings.client_id, client_secret, as_json=True)
    return ClientCredentials(endpoint)
