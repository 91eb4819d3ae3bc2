"""Projects: as they are read and opened, and the identifier of a deal's project."""

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import Field

from connectors.common.project_parts import one_line
from connectors.redmine.models.fields import FieldIds
from connectors.redmine.models.records import Named, Record
from domain.effect import Receipt
from domain.ids import ExternalId
from domain.project import OpenProject

MODULES: Final = ("issue_tracking", "time_tracking", "wiki", "gantt", "calendar", "files")
"""The modules of a new project, wiki page Rest_Projects (enabled_module_names)."""

# STATUS_CLOSED and the longest identifier, name and homepage: Redmine source, app/models/project.rb
_CLOSED = 5
_LONGEST_IDENTIFIER = 100
_LONGEST_TEXT = 255


class Project(Record):
    """A project as it is read. Redmine never shows an archived one."""

    identifier: str
    status: int = 1
    updated_on: datetime = datetime.min.replace(tzinfo=UTC)
    modules: list[Named] = Field([], alias="enabled_modules")
    trackers: list[Named] = []
    issue_fields: list[Named] = Field([], alias="issue_custom_fields")

    @property
    def is_closed(self) -> bool:
        """Whether it refuses changes."""
        return self.status == _CLOSED

    def receipt(self, site: str) -> Receipt:
        url = f"{site}/projects/{self.identifier}"
        parts = {"key": ExternalId(self.identifier)}
        return Receipt(id=ExternalId(str(self.id)), url=url, parts=parts)


def identifier(reference: str) -> str:
    """Our reference of the deal, with a hyphen for each character that Redmine refuses.

    Where that joins ids of different deals, a hash keeps them apart.
    """
    plain = re.sub(r"[^a-z0-9-]", "-", reference.lower())
    if plain != reference.replace(":", "-") or len(plain) > _LONGEST_IDENTIFIER:
        digest = hashlib.sha256(reference.encode()).hexdigest()[:16]
        plain = f"{plain[:80]}-{digest}"
    return plain


def new_project(
    command: OpenProject, reference: str, fields: FieldIds, trackers: Iterable[int]
) -> dict[str, Any]:
    project = {
        "name": one_line(command.name, _LONGEST_TEXT),
        "identifier": identifier(reference),
        "description": f"{command.customer}. Deal {command.deal}: {command.url}",
        "homepage": command.url if len(command.url) <= _LONGEST_TEXT else "",
        "is_public": False,
        "inherit_members": False,
        "enabled_module_names": MODULES,
        "tracker_ids": sorted(trackers),
        "issue_custom_field_ids": [fields.issue],
        "custom_fields": [{"id": fields.project, "value": reference}],
    }
    return {"project": project}
