"""One Redmine, asked in one way: whole lists, absence that is proven, what a 403 means here."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from connectors.kit import Api, Cached
from connectors.redmine.fields import Fields, fields_of, wanting
from connectors.redmine.house import House
from connectors.redmine.keys import by_key
from connectors.redmine.refusals import Forbidden
from connectors.redmine.wire import (
    CustomField,
    Issue,
    One,
    Page,
    Project,
    R,
    Thing,
    User,
    Version,
)
from domain.names import DealId
from ports.failures import Absent, ConnectorFailure, Misconfigured, Rejected, Unreachable

_AT_ONCE = 100
_LIFE = timedelta(hours=1)


class Site:
    """An installation with its house rules."""

    def __init__(self, api: Api, house: House) -> None:
        self.api = api
        self.house = house
        self.fields: Cached[Fields] = Cached(self._fields, _LIFE)
        self.trackers: Cached[dict[str, int]] = Cached(self._trackers, _LIFE)

    @property
    def system(self) -> str:
        return self.api.system

    async def me(self) -> User:
        """Whom Redmine takes us for. A stranger, to whom it may show half of all, is refused."""
        return (await self.api.get("/users/current.json")).read(One[User]).it

    async def custom_fields(self) -> list[CustomField]:
        return (await self.api.get("/custom_fields.json")).read(Page[CustomField]).rows

    async def tracker(self) -> int:
        """The number of ours."""
        name = self.house.tracker
        number = (await self.trackers.get()).get(name)
        if number is None:
            await self.trackers.again()
            raise Misconfigured(self.system, f"make a tracker {name!r}, or set redmine tracker")
        return number

    async def project(self, number: str, **query: str) -> Project:
        async with self.inside(number):
            answer = await self.api.get("/projects/{}.json", number, query=query)
        return answer.read(One[Project]).it

    async def projects(self, deal: DealId) -> list[Project]:
        """Those of the deal that are not archived, oldest first."""
        field = (await self.fields.get()).project
        # A filter that it does not know, Redmine passes over: the key is compared once more.
        query = {"status": "1|5", f"cf_{field}": deal}
        found = await self.all("/projects.json", of=Page[Project], query=query)
        ours = [each for each in found if each.text(field) == deal]
        if not ours:
            await self.me()
        return sorted(ours, key=lambda each: each.id)

    async def versions(self, project: str, deal: DealId) -> dict[str, list[Version]]:
        """Ours by key, each oldest first."""
        field = (await self.fields.get()).version
        async with self.inside(project):
            answer = await self.api.get("/projects/{}/versions.json", project)
        here = [each for each in answer.read(Page[Version]).rows if str(each.project.id) == project]
        return by_key(here, field, deal)

    async def issues(self, project: str) -> list[Issue]:
        """All of them, open or not, oldest first, and none of a subproject."""
        query = {"project_id": project, "status_id": "*", "subproject_id": "!*"}
        async with self.inside(project):
            found = await self.all("/issues.json", of=Page[Issue], query=query)
        return [issue for issue in found if str(issue.project.id) == project]

    async def all(
        self, path: str, *parts: str, of: type[Page[R]], query: Mapping[str, str]
    ) -> list[R]:
        """A whole list by number. Each page begins with the last row of the page before it.

        A row that vanished from an earlier page would make us miss another one: then it is told,
        and nothing is concluded from half a list.
        """
        rows: list[R] = []
        while True:
            start = max(len(rows) - 1, 0)
            paging = {"sort": "id", "limit": str(_AT_ONCE), "offset": str(start)}
            page = (await self.api.get(path, *parts, query={**query, **paging})).read(of)
            if rows and [row.id for row in page.rows[:1]] != [rows[-1].id]:
                raise Unreachable(self.system, "its list changed while it was read")
            rows += page.rows[1:] if rows else page.rows
            if start + len(page.rows) >= page.total or len(page.rows) < 2:
                return rows

    @asynccontextmanager
    async def inside(self, project: str) -> AsyncIterator[None]:
        """Tell the ways to be forbidden apart: the archived is absent, the closed says no."""
        try:
            yield
        except Forbidden as forbidden:
            raise await self._why(project, forbidden) from forbidden

    async def _why(self, project: str, forbidden: Forbidden) -> ConnectorFailure:
        if not (await self.me()).admin:
            return forbidden
        try:
            answer = await self.api.get("/projects/{}.json", project)
        except (Absent, Forbidden):
            return Absent(self.system, f"project {project} was archived or deleted")
        if answer.read(One[Project]).it.is_closed:
            return Rejected(self.system, f"project {project} is closed: reopen it in Redmine")
        return forbidden

    async def keyless(self, path: str, number: int, kind: str) -> ConnectorFailure:
        """Take away what Redmine made without our key: nobody could find it again."""
        await self.api.delete(path, str(number))
        await self.fields.again()
        name = self.house.key_field
        reason = f"it made the {kind} without our key: let the field {name!r} be used there"
        return Misconfigured(self.system, reason)

    async def _trackers(self) -> dict[str, int]:
        told = (await self.api.get("/trackers.json")).read(Page[Thing])
        return {tracker.name: tracker.id for tracker in told.rows}

    async def _fields(self) -> Fields:
        there = await self.custom_fields()
        found = fields_of(there, self.house)
        if found is None:
            raise Misconfigured(self.system, "; ".join(wanting(there, self.house)))
        return found
