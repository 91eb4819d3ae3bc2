"""The calls that the Jira connector makes: sign-in, base URL, whole lists."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
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
    OAuthClient,
    TokenEndpoint,
    open_http,
    secret,
)
from connectors.jira.errors import explain, status
from connectors.jira.models.access import Account
from connectors.jira.models.issues import FetchedIssues, Issue, Worklog, Worklogs
from connectors.jira.models.project import PROPERTY, Project
from connectors.jira.models.versions import Version, Versions
from connectors.jira.settings import JiraSettings, ProjectDefaults

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
# The largest page of worklogs, docs/rest/issue-worklogs
_WORKLOG_PAGE = 1000
_ACCOUNT_CACHE_TIME = timedelta(hours=1)


class JiraClient:
    """The calls to one site."""

    def __init__(self, api: Api, site: str, defaults: ProjectDefaults) -> None:
        self.api = api
        self.site = site
        self.defaults = defaults
        self.account_id = Cached(self._read_account_id, _ACCOUNT_CACHE_TIME)

    @property
    def system(self) -> str:
        return self.api.system

    async def project(self, id: str, **query: str) -> Project:
        return (await self.api.get("/project/{}", id, query=query)).read(Project)

    async def versions(self, project: str) -> list[Version]:
        return (await self.api.get("/project/{}/versions", project)).read(Versions).root

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

    async def worklogs(self, issue: Issue) -> list[Worklog]:
        """An issue contains its first worklogs; the others are read page after page."""
        contained = issue.fields.worklog
        if len(contained.worklogs) >= contained.total:
            return contained.worklogs
        found: list[Worklog] = []
        while True:
            query = {"startAt": len(found), "maxResults": _WORKLOG_PAGE}
            response = await self.api.get("/issue/{}/worklog", issue.id, query=query)
            page = response.read(Worklogs)
            found += page.worklogs
            if len(found) >= page.total or not page.worklogs:
                return found

    async def _fetch(self, project: Project, first: int, field: str) -> list[Issue]:
        keys = [f"{project.key}-{number}" for number in range(first, first + _FETCH_SIZE)]
        body = {"issueIdsOrKeys": keys, "fields": [field], "properties": [PROPERTY]}
        response = await self.api.post("/issue/bulkfetch", body=body, reads=True)
        return response.read(FetchedIssues).issues

    async def _read_account_id(self) -> str:
        return (await self.api.get("/myself")).read(Account).id


@asynccontextmanager
async def open_client(settings: JiraSettings) -> AsyncIterator[JiraClient]:
    """Sends nothing before the first call."""
    async with open_http(settings.url.rstrip("/") + _REST, settings.http) as http:
        auth, timeout = _auth(settings, http), settings.http.timeout_seconds
        api = Api(SYSTEM, http, auth, timeout, _PROFILE)
        yield JiraClient(api, settings.site, settings)


def _auth(settings: JiraSettings, http: Http) -> Auth:
    if token := secret(settings.token, settings.token_file):
        return Basic(SYSTEM, settings.email, token)
    client_secret = secret(settings.client_secret, settings.client_secret_file)
    if client_secret is None:
        raise ValueError("the settings hold no credentials")
    api = Api(SYSTEM, http, Anonymous(), settings.http.timeout_seconds, _PROFILE)
    client = OAuthClient(SYSTEM, settings.client_id, client_secret)
    endpoint = TokenEndpoint(api, f"{settings.auth_url}/oauth/token", as_json=True)
    return ClientCredentials(endpoint, client)
