"""Read the fields of an issue as they are sent, refusing each under the name Jira gives it."""

import re
from collections.abc import Callable

from testbed.vendors.common.state import Collection, Doc
from testbed.vendors.jira.core import adf, clock, duration
from testbed.vendors.jira.core.visit import Visit

_TEXT_LENGTH = 255
_DESCRIPTION_LENGTH = 32_767


class Unfit(Exception):
    """A value that Jira refuses, and the name it refuses it under if not the field's own."""

    def __init__(self, text: str, name: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.name = name


class Draft:
    """An issue while its fields are read: the project and type that decide what is allowed."""

    def __init__(self, visit: Visit, project: Doc, kind: Doc, issue: Doc | None = None) -> None:
        self.visit = visit
        self.project = project
        self.kind = kind
        self.issue = issue

    def named(self, collection: Collection, label: str, value: object) -> str:
        """The id of a version or component of the project, given by id or name."""
        if isinstance(value, dict):
            for doc in collection.by("project", self.project["id"]):
                if doc["id"] == str(value.get("id")) or doc["name"] == value.get("name"):
                    return str(doc["id"])
            if "id" in value:
                raise Unfit(f"{label} id '{value['id']}' is not valid")
            if "name" in value:
                raise Unfit(f"{label} name '{value['name']}' is not valid")
        raise Unfit("data was not an array of objects with an 'id' or a 'name'")


def summary(_: Draft, value: object) -> Doc:
    if not isinstance(value, str) or not value.strip():
        raise Unfit("You must specify a summary of the issue.")
    if "\n" in value or "\r" in value:
        raise Unfit("The summary is invalid because it contains newline characters.")
    if len(value.strip()) > _TEXT_LENGTH:
        raise Unfit("Summary can't exceed 255 characters.")
    return {"summary": value.strip()}


def description(draft: Draft, value: object) -> Doc:
    if value is None:
        return {"description": None}
    document = draft.visit.document(value)
    if document is None:
        raise Unfit(adf.NOT_A_DOCUMENT)
    if len(adf.text(document)) > _DESCRIPTION_LENGTH:
        limit = f"{_DESCRIPTION_LENGTH:,}"
        raise Unfit(f"The text is too long: it exceeds the allowed limit of {limit} characters.")
    return {"description": document if document["content"] else None}


def duedate(_: Draft, value: object) -> Doc:
    day = clock.day(value)
    if value and day is None:
        raise Unfit("Error parsing date string: " + str(value))
    return {"duedate": day}


def person(name: str) -> "Reader":
    def read(draft: Draft, value: object) -> Doc:
        account = value.get("accountId", value.get("id")) if isinstance(value, dict) else value
        if account is not None and draft.visit.site.user(str(account)) is None:
            raise Unfit(f"User '{account}' does not exist.")
        if account is None and name == "reporter":
            raise Unfit("Reporter is required.")
        return {name: account}

    return read


def priority(draft: Draft, value: object) -> Doc:
    for doc in draft.visit.site.facts["priorities"]:
        if isinstance(value, dict) and (
            str(value.get("id")) == doc["id"] or value.get("name") == doc["name"]
        ):
            return {"priority": doc["id"]}
    raise Unfit("The priority selected is invalid.")


def parent(draft: Draft, value: object) -> Doc:
    """The issue one level up; a sub-task's must be in the same project."""
    level = int(draft.kind["hierarchyLevel"])
    if value is None or value == {}:
        if level < 0:
            raise Unfit("Issue type is a sub-task but parent issue key or id not specified.")
        return {"parent": None}
    ref = (value.get("key") or value.get("id")) if isinstance(value, dict) else value
    found = draft.visit.site.issue(str(ref))
    if found is None:
        raise Unfit("Could not find issue by id or key.")
    above = draft.visit.site.fact("issueTypes", found["type"])["hierarchyLevel"]
    if above != level + 1:
        text = "Given parent issue does not belong to appropriate hierarchy."
        raise Unfit(text, "parentId")
    if level < 0 and found["project"] != draft.project["id"]:
        raise Unfit("A sub-task must be in the project of its parent.", "parentId")
    return {"parent": found["id"]}


def timetracking(draft: Draft, value: object) -> Doc:
    """Estimates; what remains is what was estimated until something else is said."""
    if not isinstance(value, dict):
        raise Unfit("Estimates must be given as 'originalEstimate' and 'remainingEstimate'.")
    read: Doc = {}
    for name, slot in (("originalEstimate", "original"), ("remainingEstimate", "remaining")):
        if value.get(name) not in (None, ""):
            read[slot] = duration.seconds(str(value[name]))
            if read[slot] is None:
                raise Unfit(
                    f"'{value[name]}' is not a valid time duration.", f"timetracking_{name}"
                )
    untouched = draft.issue is None or draft.issue["remaining"] is None
    if untouched and "original" in read:
        read.setdefault("remaining", read["original"])
    return read


def points(_: Draft, value: object) -> Doc:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise Unfit("Operation value must be a number")
    return {"custom": {"customfield_10016": value}}


def label(_: Draft, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise Unfit("Operation value must be a string")
    if re.search(r"\s", value):
        raise Unfit(f"The label '{value}' contains spaces which is invalid.")
    if len(value) > _TEXT_LENGTH:
        raise Unfit(f"The label '{value[:20]}…' exceeds the maximum length of 255 characters.")
    return value


def version(draft: Draft, value: object) -> str:
    return draft.named(draft.visit.site.versions, "Version", value)


def component(draft: Draft, value: object) -> str:
    return draft.named(draft.visit.site.components, "Component", value)


Reader = Callable[[Draft, object], Doc]
ElementReader = Callable[[Draft, object], str]

SINGLE: dict[str, Reader] = {
    "summary": summary,
    "description": description,
    "duedate": duedate,
    "assignee": person("assignee"),
    "reporter": person("reporter"),
    "priority": priority,
    "parent": parent,
    "timetracking": timetracking,
    "customfield_10016": points,
}
LISTS: dict[str, ElementReader] = {
    "labels": label,
    "fixVersions": version,
    "versions": version,
    "components": component,
}
