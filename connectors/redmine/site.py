"""One Redmine: what its things are called, what is wanting there, and how it is asked."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from pydantic import BaseModel

from connectors.common import Api, Cached, Secret
from connectors.common.auth import read_secret
from connectors.redmine.wire import (
    CustomField,
    Forbidden,
    Issue,
    One,
    Page,
    Project,
    R,
    Thing,
    User,
)
from domain.ids import DealId
from ports.failures import Absent, ConnectorFailure, Misconfigured, Rejected, Unreachable

_AT_ONCE = 100
_LIFE = timedelta(hours=1)
_WHERE = "in Administration, Custom fields"


class House(BaseModel, extra="forbid"):
    """Where an installation is, and names of what a person set up there; their numbers are read."""

    url: str
    app_url: str = ""
    """Where people open Redmine, if that is another address."""
    tracker: str = "Task"
    team_role: str = "Developer"
    lead_role: str = "Manager"
    key_field: str = "cashward_key"
    billing_field: str = "billing_state"
    approved: tuple[str, ...] = ("approved", "invoiced")
    """Values of the billing field that say that somebody has approved the time."""

    @property
    def home(self) -> str:
        return (self.app_url or self.url).rstrip("/")

    def role_of(self, member: str) -> str:
        """The Redmine role of one who plays this role in the project."""
        return self.lead_role if member == "lead" else self.team_role


class Visitor:
    """How a call says who we are: Redmine has a header of its own.

    A key changes only when a person makes a new one: then it is read anew.
    """

    def __init__(self, system: str, secret: Secret) -> None:
        self._system = system
        self._secret = secret
        self._key = ""

    async def headers(self) -> dict[str, str]:
        if not self._key:
            self._key = read_secret(self._system, self._secret)
        return {"X-Redmine-API-Key": self._key}

    async def refresh(self, failed: str) -> bool:
        del failed
        before = self._key
        self._key = read_secret(self._system, self._secret)
        return self._key != before


@dataclass(frozen=True)
class Fields:
    """Numbers of our custom fields: where a record keeps our key, and time its billing state."""

    project: int
    version: int
    issue: int
    time_entry: int


class Site:
    """An installation, asked in one way: whole lists, absence that is proven, what a 403 means."""

    def __init__(self, api: Api, house: House) -> None:
        self.api = api
        self.house = house
        self.fields: Cached[Fields] = Cached(self._fields, _LIFE)
        self.trackers = Cached(lambda: self._numbers("/trackers.json"), _LIFE)

    @property
    def system(self) -> str:
        return self.api.system

    async def me(self) -> User:
        """Whom Redmine takes us for. A stranger, to whom it may show half of all, is refused."""
        return (await self.api.get("/users/current.json")).read(One[User]).it

    async def roles(self) -> dict[str, int]:
        return await self._numbers("/roles.json")

    async def wanting(self) -> list[str]:
        """What a person must still make, a sentence each."""
        house = self.house
        lacking = {house.team_role, house.lead_role} - (await self.roles()).keys()
        told = [f"make a role {role!r}, or set redmine team_role, lead_role" for role in lacking]
        if house.tracker not in await self.trackers.again():
            told.append(f"make a tracker {house.tracker!r}, or set redmine tracker")
        return [*sorted(told), *_lacking(await self._custom_fields(), house)]

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

    async def _numbers(self, path: str) -> dict[str, int]:
        told = (await self.api.get(path)).read(Page[Thing])
        return {each.name: each.id for each in told.rows}

    async def _custom_fields(self) -> list[CustomField]:
        return (await self.api.get("/custom_fields.json")).read(Page[CustomField]).rows

    async def _fields(self) -> Fields:
        there = await self._custom_fields()
        numbers = {(field.kind, field.name): field.id for field in there}
        ours = _ours(self.house)
        if not numbers.keys() >= set(ours):
            raise Misconfigured(self.system, "; ".join(_lacking(there, self.house)))
        return Fields(*(numbers[each] for each in ours))


def _lacking(there: Iterable[CustomField], house: House) -> Iterator[str]:
    """Custom fields that only a person can make, in sentences."""
    known = {(field.kind, field.name): field for field in there}
    for kind, name in _ours(house):
        field = known.get((kind, name))
        if field is None:
            format_ = "list" if kind == "time_entry" else "text"
            yield f"make a {format_} field {name!r} for {kind.replace('_', ' ')} {_WHERE}"
        elif kind == "issue" and house.tracker not in {each.name for each in field.trackers}:
            yield f"let the issue field {name!r} have the tracker {house.tracker!r} {_WHERE}"
        elif kind == "time_entry" and not set(house.approved) & {
            choice.get("value") for choice in field.choices
        }:
            values = " or ".join(sorted(house.approved))
            yield f"let the list {name!r} have the value {values} {_WHERE}"


def _ours(house: House) -> list[tuple[str, str]]:
    keyed = [(kind, house.key_field) for kind in ("project", "version", "issue")]
    return [*keyed, ("time_entry", house.billing_field)]
