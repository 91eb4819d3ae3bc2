"""Jira's JSON, as Jira writes it. Ids are texts, but for the project id in the answer to create."""

from datetime import date
from typing import Any

from pydantic import BaseModel, Field, RootModel

PROPERTY = "cashward"
"""The entity property that holds our key, on projects and on issues."""


class Envelope(BaseModel):
    """An error body: what was wrong as such, and by field. Either part may be missing."""

    messages: list[str] = Field([], alias="errorMessages")
    errors: dict[str, str] = {}

    @property
    def words(self) -> str:
        named = [f"{field}: {said}" for field, said in self.errors.items()]
        return "; ".join([*self.messages, *named])


class NewProject(BaseModel):
    """The answer to create."""

    id: int
    key: str


class IssueType(BaseModel):
    """Its name differs by template and language; only its level says what it is."""

    id: str
    level: int = Field(0, alias="hierarchyLevel")


class Project(BaseModel):
    """A project as it is read."""

    id: str
    key: str
    url: str = ""
    description: str = ""
    deleted: bool = False
    types: list[IssueType] = Field([], alias="issueTypes")
    properties: dict[str, Any] = {}

    def is_for(self, deal: str, url: str) -> bool:
        """Whether it is ours: by our property, or by its link where that is not written yet."""
        owner = self.properties.get(PROPERTY)
        return owner.get("deal") == deal if isinstance(owner, dict) else self.url == url

    @property
    def charter_print(self) -> str:
        """Which words our charter had when we wrote it last; empty if it is not written yet."""
        ours = self.properties.get(PROPERTY)
        return str(ours.get("words", "")) if isinstance(ours, dict) else ""

    def type_at(self, level: int) -> str | None:
        return next((kind.id for kind in self.types if kind.level == level), None)


class Version(BaseModel):
    """A milestone, in Jira's terms."""

    id: str
    name: str
    description: str = ""
    released: bool = False


class Versions(RootModel[list[Version]]):
    """All of a project, unpaged."""


class Account(BaseModel):
    """A person's account, or an app's."""

    id: str = Field(alias="accountId")


class Worklog(BaseModel):
    """Time booked on an issue. `started` is on our account's clock; an author may be deleted."""

    id: str
    author: Account | None = None
    started: str
    seconds: int = Field(alias="timeSpentSeconds")

    @property
    def day(self) -> date:
        return date.fromisoformat(self.started[:10])


class Worklogs(BaseModel):
    """A page of an issue's worklogs."""

    total: int = 0
    worklogs: list[Worklog] = []


class IssueFields(BaseModel):
    """The fields that were asked for."""

    worklog: Worklogs = Worklogs()


class Issue(BaseModel):
    """An issue, as far as it says whose it is."""

    id: str
    key: str
    fields: IssueFields = IssueFields()
    properties: dict[str, Any] = {}

    @property
    def subject(self) -> str:
        """Which of our work packages it is."""
        ours = self.properties.get(PROPERTY)
        return str(ours.get("subject", "")) if isinstance(ours, dict) else ""

    def key_in(self, deal: str) -> str:
        """Our key of it within its deal; empty if it is none of ours."""
        prefix = f"{deal}:"
        return self.subject.removeprefix(prefix) if self.subject.startswith(prefix) else ""

    def number_in(self, project: str) -> int:
        """Its number by its key; 0 if it moved to another project."""
        home, _, number = self.key.rpartition("-")
        return int(number) if home == project else 0


class Fetched(BaseModel):
    """Those of the issues asked for that exist and that we may see."""

    issues: list[Issue]


class Row(BaseModel):
    """An issue that a bulk made."""

    id: str


class Failed(BaseModel):
    """A row that a bulk did not make, by its place in the request."""

    row: int = Field(alias="failedElementNumber")
    why: Envelope = Field(alias="elementErrors")


class Bulk(BaseModel):
    """201 with errors is a partial failure; `issues` keep the order of those that passed."""

    issues: list[Row]
    errors: list[Failed] = []

    @property
    def words(self) -> str:
        return next((failed.why.words for failed in self.errors), "")[:300]


class Roles(RootModel[dict[str, str]]):
    """The addresses of a project's roles, by name."""


class Actor(BaseModel):
    """Who holds a role: a person, or a group, which has no account."""

    user: Account | None = Field(None, alias="actorUser")


class Role(BaseModel):
    """A project role and who holds it."""

    actors: list[Actor] = []

    @property
    def people(self) -> set[str]:
        return {actor.user.id for actor in self.actors if actor.user}


class Permission(BaseModel):
    """Whether we have it."""

    have: bool = Field(alias="havePermission")


class Permissions(BaseModel):
    """Those that were asked for, by key."""

    permissions: dict[str, Permission]


def document(*paragraphs: str) -> dict[str, Any]:
    """Plain paragraphs in the Atlassian Document Format; empty text is not allowed in it."""
    content = [
        {"type": "paragraph", "content": [{"type": "text", "text": text}]}
        for text in paragraphs
        if text
    ]
    return {"type": "doc", "version": 1, "content": content}
