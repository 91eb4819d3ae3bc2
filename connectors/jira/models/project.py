"""Projects, as they are read and opened."""

import hashlib
from typing import Any, Final

from pydantic import BaseModel, Field

from connectors.common import References
from connectors.common.project_parts import with_suffix
from connectors.jira.settings import JiraSettings
from domain.ids import DealId
from domain.project import OpenProject

PROPERTY: Final = "cashward"
"""The entity property that holds our key, on projects and on issues."""

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# No word of JQL starts with this prefix. A key is at most ten capitals and digits.
_KEY_PREFIX, _KEYS = "CW", len(_DIGITS) ** 8
# The longest name of a project, docs/rest/projects
_LONGEST_NAME = 80


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

    def is_for(self, reference: str, url: str) -> bool:
        """Whether it is ours: by our property, or by its link until the property is written."""
        ours = self.properties.get(PROPERTY)
        return ours.get("reference") == reference if isinstance(ours, dict) else self.url == url

    @property
    def reference(self) -> str:
        """The reference in our property; empty until it is written."""
        ours = self.properties.get(PROPERTY)
        return str(ours.get("reference", "")) if isinstance(ours, dict) else ""

    @property
    def charter_hash(self) -> str:
        """The hash of the description that we wrote last; empty if we wrote none."""
        ours = self.properties.get(PROPERTY)
        return str(ours.get("words", "")) if isinstance(ours, dict) else ""

    def type_at(self, level: int) -> str | None:
        return next((kind.id for kind in self.types if kind.level == level), None)


class ProjectPage(BaseModel):
    """One page of a list of projects."""

    values: list[Project]
    is_last: bool = Field(alias="isLast")


def project_key(deal: DealId, references: References) -> str:
    """CW and a hash of our reference in base 36: two installations have two keys for one deal."""
    number = int.from_bytes(hashlib.sha256(references.of(deal).encode()).digest()) % _KEYS
    text = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        text = _DIGITS[digit] + text
    return _KEY_PREFIX + text


def new_project(
    command: OpenProject, key: str, settings: JiraSettings, lead: str
) -> dict[str, str]:
    return {
        "key": key,
        "name": with_suffix(command.name, f" ({key})", _LONGEST_NAME),
        "projectTypeKey": settings.project_type,
        "projectTemplateKey": settings.template,
        "leadAccountId": lead,
        "assigneeType": "PROJECT_LEAD",
        "description": f"{command.customer}. Deal {command.deal}: {command.url}",
        "url": command.url,
    }
