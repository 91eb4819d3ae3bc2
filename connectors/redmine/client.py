"""The calls that the Redmine connector makes: sign-in, whole lists, and what a 403 means."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Final

from connectors.common import (
    Api,
    ApiKey,
    ApiProfile,
    Cached,
    References,
    VendorClient,
    batches,
    open_http,
)
from connectors.redmine.errors import Forbidden, explain
from connectors.redmine.models.fields import CustomField, FieldIds, field_ids, field_problems
from connectors.redmine.models.issues import Issue
from connectors.redmine.models.project import Project
from connectors.redmine.models.records import N, Named, Record, User, keyed
from connectors.redmine.models.time_entries import BookedTime
from connectors.redmine.models.versions import Version
from connectors.redmine.settings import RedmineSettings
from domain.ids import DealId
from ports.failures import Absent, ConnectorFailure, Misconfigured, Rejected, Unreachable

SYSTEM: Final = "redmine"
_PROFILE = ApiProfile(explain=explain, pause=timedelta(seconds=5))
# The largest page, wiki page Rest_api (Collection resources and pagination)
_PAGE_SIZE = 100
_SETUP_CACHE_TIME = timedelta(hours=1)
# A header of Redmine's own, wiki page Rest_api (Authentication)
_KEY_HEADER = "X-Redmine-API-Key"


class RedmineClient(VendorClient[RedmineSettings]):
    """The calls to one installation."""

    def __init__(self, api: Api, settings: RedmineSettings, references: References) -> None:
        super().__init__(api, settings, references)
        self.fields: Cached[FieldIds] = Cached(self._read_field_ids, _SETUP_CACHE_TIME)
        self.trackers = Cached(lambda: self._ids("trackers"), _SETUP_CACHE_TIME)

    async def read_tenant(self) -> str:
        return self.settings.place

    async def me(self) -> User:
        """Our account. Raises Misconfigured for a wrong key, which other calls may not show.

        Redmine serves a wrong key as an anonymous user, who may see lists with fewer rows.
        """
        return (await self.api.get("/users/current.json")).read(User, "user")

    async def roles(self) -> dict[str, int]:
        return await self._ids("roles")

    async def custom_fields(self) -> list[CustomField]:
        return (await self.api.get("/custom_fields.json")).read(list[CustomField], "custom_fields")

    async def tracker(self) -> int:
        """The id of our tracker."""
        name = self.settings.tracker
        tracker = await self.trackers.find(lambda trackers: trackers.get(name))
        if tracker is None:
            raise Misconfigured(self.system, f"make a tracker {name!r}, or set redmine tracker")
        return tracker

    async def project(self, id: str, **query: str) -> Project:
        async with self.inside(id):
            response = await self.api.get("/projects/{}.json", id, query=query)
        return response.read(Project, "project")

    async def projects(self, deal: DealId) -> list[Project]:
        """The deal's projects that are not archived, oldest first."""
        field = (await self.fields.get()).project
        # Redmine ignores a filter that it does not know, so the key is compared once more.
        reference = self.references.of(deal)
        query = {"status": "1|5", f"cf_{field}": reference}
        found = await self.all("/projects.json", of=list[Project], name="projects", query=query)
        ours = [project for project in found if project.text(field) == reference]
        if not ours:
            await self.me()
        return sorted(ours, key=lambda project: project.id)

    async def all_projects(self, prefix: str = "") -> list[Project]:
        """All projects, but archived ones, that may have a reference with this prefix, or ours."""
        field = (await self.fields.get()).project
        # `~` is "contains"; Redmine ignores a filter that it does not know.
        query = {"status": "1|5", f"cf_{field}": f"~{prefix or self.references.prefix}"}
        return await self.all("/projects.json", of=list[Project], name="projects", query=query)

    async def versions(self, project: str, deal: DealId) -> list[tuple[str, Version]]:
        """The deal's versions of a project by our keys, oldest first."""
        field = (await self.fields.get()).version
        async with self.inside(project):
            response = await self.api.get("/projects/{}/versions.json", project)
        rows = response.read(list[Version], "versions")
        here = (each for each in rows if str(each.project.id) == project)
        return keyed(here, lambda row: self.key(row, field, deal))

    def key(self, record: Record, field: int, deal: DealId) -> str:
        """Our key of a part of the deal's project; empty if it is not ours."""
        return self.references.part(record.text(field), deal)

    async def issues(self, project: str) -> list[Issue]:
        """All issues of a project, open and closed, oldest first, and none of a subproject."""
        query = {"project_id": project, "status_id": "*", "subproject_id": "!*"}
        async with self.inside(project):
            found = await self.all("/issues.json", of=list[Issue], name="issues", query=query)
        return [issue for issue in found if str(issue.project.id) == project]

    async def issues_above(self, ids: Collection[int]) -> dict[int, Issue]:
        """These issues and all issues above them, level by level."""
        found: dict[int, Issue] = {}
        missing = set(ids)
        while missing:
            for part in batches(sorted(missing), _PAGE_SIZE):
                query = {"issue_id": ",".join(map(str, part)), "status_id": "*"}
                rows = await self.all("/issues.json", of=list[Issue], name="issues", query=query)
                found |= {row.id: row for row in rows if row.id in missing}
            parents = {row.parent.id for row in found.values() if row.parent}
            missing = parents - found.keys() - missing
        return found

    async def time_entries(self, first: date) -> list[BookedTime]:
        """All time of this day and later, of every project that we may see."""
        query = {"spent_on": f">={first}"}
        path, of = "/time_entries.json", list[BookedTime]
        found = await self.all(path, of=of, name="time_entries", query=query)
        if not found:
            await self.me()
        return [each for each in found if each.day >= first]

    async def time_entry(self, id: str) -> BookedTime:
        """Raises Absent if it was deleted, and Forbidden if its project is archived or hidden."""
        response = await self.api.get("/time_entries/{}.json", id)
        return response.read(BookedTime, "time_entry")

    async def all(
        self, path: str, *parts: str, of: type[list[N]], name: str, query: Mapping[str, str]
    ) -> list[N]:
        """Read a whole list by id. Each page begins with the last row of the page before it.

        Raises Unreachable if that row is missing: a row was deleted, and another may be skipped.
        """
        rows: list[N] = []
        while True:
            start = max(len(rows) - 1, 0)
            paging = {"sort": "id", "limit": str(_PAGE_SIZE), "offset": str(start)}
            response = await self.api.get(path, *parts, query={**query, **paging})
            page, total = response.read(of, name), response.read(int, "total_count")
            if rows and [row.id for row in page[:1]] != [rows[-1].id]:
                raise Unreachable(self.system, "its list changed while it was read")
            rows += page[1:] if rows else page
            if start + len(page) >= total or len(page) < 2:
                return rows

    @asynccontextmanager
    async def inside(self, project: str) -> AsyncIterator[None]:
        """Explain a 403 within a project: an archived one is Absent, a closed one is Rejected."""
        try:
            yield
        except Forbidden as forbidden:
            raise await self._cause(project, forbidden) from forbidden

    async def without_key(self, path: str, id: int, kind: str) -> ConnectorFailure:
        """Deletes a record that Redmine made without our key: nobody could find it again."""
        await self.api.delete(path, str(id))
        await self.fields.again()
        name = self.settings.key_field
        reason = f"it made the {kind} without our key: let the field {name!r} be used there"
        return Misconfigured(self.system, reason)

    async def _cause(self, project: str, forbidden: Forbidden) -> ConnectorFailure:
        if not (await self.me()).admin:
            return forbidden
        try:
            response = await self.api.get("/projects/{}.json", project)
        except (Absent, Forbidden):
            return Absent(self.system, f"project {project} was archived or deleted")
        if response.read(Project, "project").is_closed:
            return Rejected(self.system, f"project {project} is closed: reopen it in Redmine")
        return forbidden

    async def _ids(self, name: str) -> dict[str, int]:
        rows = (await self.api.get(f"/{name}.json")).read(list[Named], name)
        return {row.name: row.id for row in rows}

    async def _read_field_ids(self) -> FieldIds:
        known = await self.custom_fields()
        if ids := field_ids(known, self.settings):
            return ids
        raise Misconfigured(self.system, "; ".join(field_problems(known, self.settings)))


@asynccontextmanager
async def open_client(
    settings: RedmineSettings, references: References
) -> AsyncIterator[RedmineClient]:
    """Sends nothing before the first call."""
    async with open_http(settings.url, settings.http) as http:
        auth = ApiKey(SYSTEM, _KEY_HEADER, settings.secret())
        api = Api(SYSTEM, http, auth, _PROFILE)
        yield RedmineClient(api, settings, references)
