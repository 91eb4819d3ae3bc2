"""The fields of an issue as callers send them; Jira refuses each under a name of its own."""

import re
from collections.abc import Callable
from typing import NamedTuple

from testbed.vendors.common.state import Doc
from testbed.vendors.jira.documents import is_document
from testbed.vendors.jira.site import Site
from testbed.vendors.jira.times import parse_date, parse_duration

_TEXT_LENGTH = 255
_FIXED = {"project", "issuetype"}
_NOT_A_DOCUMENT = (
    "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
)


class InvalidField(Exception):
    """A value that Jira refuses, and the name in `errors` if it is not the field's."""

    def __init__(self, message: str, name: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.name = name


class Place(NamedTuple):
    """The project and the type of an issue; they decide what its fields may be."""

    site: Site
    project: Doc
    kind: Doc


def read_fields(place: Place, fields: Doc) -> tuple[Doc, dict[str, str]]:
    """The changes that the fields ask for, and the errors by name."""
    changes: Doc = {}
    errors: dict[str, str] = {}
    for name, value in fields.items():
        if name in _FIXED:
            continue
        try:
            changes |= _reader(place, name)(place, value)
        except InvalidField as invalid:
            errors[invalid.name or name] = invalid.message
    return changes, errors


def _reader(place: Place, name: str) -> "Reader":
    if name not in _READERS or name in place.site.template(place.project)["lacksFields"]:
        text = "It is not on the appropriate screen, or unknown."
        raise InvalidField(f"Field '{name}' cannot be set. {text}")
    return _READERS[name]


def _summary(_: Place, value: object) -> Doc:
    if not isinstance(value, str) or not value.strip():
        raise InvalidField("You must specify a summary of the issue.")
    if "\n" in value or "\r" in value:
        raise InvalidField("The summary is invalid because it contains newline characters.")
    if len(value.strip()) > _TEXT_LENGTH:
        raise InvalidField("Summary can't exceed 255 characters.")
    return {"summary": value.strip()}


def _description(_: Place, value: object) -> Doc:
    if value is None:
        return {"description": None}
    if not is_document(value):
        raise InvalidField(_NOT_A_DOCUMENT)
    return {"description": value if value["content"] else None}


def _duedate(_: Place, value: object) -> Doc:
    day = parse_date(value)
    if value and day is None:
        raise InvalidField(f"Error parsing date string: {value}")
    return {"duedate": day}


def _parent(place: Place, value: object) -> Doc:
    """An issue one level higher; a sub-task must have one, in its own project."""
    level = int(place.kind["hierarchyLevel"])
    if not value and level < 0:
        raise InvalidField("Issue type is a sub-task but parent issue key or id not specified.")
    if not value:
        return {"parent": None}
    ref = (value.get("key") or value.get("id")) if isinstance(value, dict) else value
    found = place.site.issue(str(ref))
    if found is None:
        raise InvalidField("Could not find issue by id or key.")
    higher = place.site.issue_type(found["type"])["hierarchyLevel"]
    is_elsewhere = level < 0 and found["project"] != place.project["id"]
    if higher != level + 1 or is_elsewhere:
        text = "Given parent issue does not belong to appropriate hierarchy."
        raise InvalidField(text, "parentId")
    return {"parent": found["id"]}


def _timetracking(_: Place, value: object) -> Doc:
    """An estimate; it is also the remaining estimate."""
    if not isinstance(value, dict) or "originalEstimate" not in value:
        raise InvalidField("Specify an 'originalEstimate'.")
    seconds = parse_duration(str(value["originalEstimate"]))
    if seconds is None:
        text = f"'{value['originalEstimate']}' is not a valid time duration."
        raise InvalidField(text, "timetracking_originalEstimate")
    return {"original": seconds, "remaining": seconds}


def _labels(_: Place, value: object) -> Doc:
    for label in value if isinstance(value, list) else [None]:
        if not isinstance(label, str) or not label:
            raise InvalidField("Operation value must be a string")
        if re.search(r"\s", label):
            raise InvalidField(f"The label '{label}' contains spaces which is invalid.")
    return {"labels": value}


def _fix_versions(place: Place, value: object) -> Doc:
    known = {doc["id"] for doc in place.site.versions.by("project", place.project["id"])}
    ids = []
    for each in value if isinstance(value, list) else [None]:
        id_ = str(each.get("id")) if isinstance(each, dict) else ""
        if id_ not in known:
            raise InvalidField(f"Version id '{id_}' is not valid")
        ids.append(id_)
    return {"fixVersions": ids}


Reader = Callable[[Place, object], Doc]
_READERS: dict[str, Reader] = {
    "summary": _summary,
    "description": _description,
    "duedate": _duedate,
    "parent": _parent,
    "timetracking": _timetracking,
    "labels": _labels,
    "fixVersions": _fix_versions,
}
