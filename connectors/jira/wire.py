"""Jira's JSON, as Jira writes it. Ids are texts, but for the project id in the answer to create."""

from typing import Any

from pydantic import BaseModel, Field, TypeAdapter

PROPERTY = "cashward"
"""The entity property that holds our key, on projects and on issues."""


class NewProject(BaseModel):
    id: int
    key: str


class IssueType(BaseModel):
    """Names differ by template and language; only the level says what it is."""

    id: str
    level: int = Field(0, alias="hierarchyLevel")


class Project(BaseModel):
    id: str
    key: str
    url: str = ""
    deleted: bool = False
    types: list[IssueType] = Field([], alias="issueTypes")
    properties: dict[str, Any] = {}

    def is_for(self, deal: str, url: str) -> bool:
        """Whether it is ours: by our property, or by its link where that is not written yet."""
        owner = self.properties.get(PROPERTY)
        return owner.get("deal") == deal if isinstance(owner, dict) else self.url == url

    def type_at(self, level: int) -> str | None:
        return next((kind.id for kind in self.types if kind.level == level), None)


class Version(BaseModel):
    id: str
    name: str
    description: str = ""
    released: bool = False


VERSIONS = TypeAdapter(list[Version])


class Issue(BaseModel):
    id: str
    key: str
    properties: dict[str, Any] = {}

    @property
    def subject(self) -> str:
        """Which of our work packages it is."""
        ours = self.properties.get(PROPERTY)
        return str(ours.get("subject", "")) if isinstance(ours, dict) else ""


class Fetched(BaseModel):
    issues: list[Issue]


class Made(BaseModel):
    id: str
    key: str


class BulkAnswer(BaseModel):
    """201 with errors is a partial failure; `issues` keep the order of those that passed."""

    issues: list[Made]
    errors: list[dict[str, Any]] = []


class Actor(BaseModel):
    user: dict[str, Any] = Field({}, alias="actorUser")


class Role(BaseModel):
    id: int
    actors: list[Actor] = []

    @property
    def people(self) -> set[str]:
        return {str(actor.user.get("accountId")) for actor in self.actors}


class Myself(BaseModel):
    account: str = Field(alias="accountId")


class Permission(BaseModel):
    have: bool = Field(alias="havePermission")


class Permissions(BaseModel):
    permissions: dict[str, Permission]


def document(*paragraphs: str) -> dict[str, Any]:
    """Plain paragraphs in the Atlassian Document Format; empty text is not allowed in it."""
    content = [
        {"type": "paragraph", "content": [{"type": "text", "text": text}]}
        for text in paragraphs
        if text
    ]
    return {"type": "doc", "version": 1, "content": content}
