"""The changelog of an issue: who changed what, from what, to what."""

from collections.abc import Callable

from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import adf, views
from testbed.vendors.jira.core.visit import Visit

Shown = tuple[str | None, str | None]
"""A value as the changelog has it: the stored form, and the form for people."""


def save(visit: Visit, before: Doc, after: Doc, *, again: str = "") -> Doc:
    """Keep a changed issue with its changelog entry; what changed nothing leaves no trace.

    `again` names a field that counts as changed even when it went from a value to the same.
    """
    items = [
        _item(visit, name, before[name], after[name])
        for name in _SHOWN
        if before[name] != after[name] or name == again
    ]
    if not items and before["properties"] == after["properties"]:
        return before
    after = after | {"updated": visit.site.now}
    visit.site.save(after)
    if items:
        _keep(visit, after["id"], items)
    return after


def _item(visit: Visit, name: str, before: object, after: object) -> Doc:
    field, show = _SHOWN[name]
    was, now = show(visit, before), show(visit, after)
    return {
        "field": field,
        "fieldtype": "custom" if name == "custom" else "jira",
        "fieldId": "customfield_10016" if name == "custom" else field,
        "from": was[0],
        "fromString": was[1],
        "to": now[0],
        "toString": now[1],
    }


def _keep(visit: Visit, issue: str, items: list[Doc]) -> None:
    entry: Doc = {
        "id": visit.site.next_id(),
        "issue": issue,
        "author": visit.account,
        "created": visit.site.now,
        "items": items,
    }
    visit.site.history.put(entry["id"], entry)


def view(visit: Visit, entry: Doc) -> Doc:
    return {
        "id": entry["id"],
        "author": views.user(visit, entry["author"]),
        "created": visit.time(entry["created"]),
        "items": entry["items"],
    }


def _text(_: Visit, value: object) -> Shown:
    return None, None if value is None else str(value)


def _number(_: Visit, value: object) -> Shown:
    text = None if value is None else str(value)
    return text, text


def _rich(_: Visit, value: object) -> Shown:
    return None, None if value is None else adf.text(value)


def _day(_: Visit, value: object) -> Shown:
    return (str(value), f"{value} 00:00:00.0") if value else (None, None)


def _person(visit: Visit, value: object) -> Shown:
    user = visit.site.user(str(value)) if value else None
    return (user["accountId"], user["displayName"]) if user else (None, None)


def _fact(kind: str) -> Callable[[Visit, object], Shown]:
    def show(visit: Visit, value: object) -> Shown:
        return (str(value), visit.site.fact(kind, value)["name"]) if value else (None, None)

    return show


def _issue(visit: Visit, value: object) -> Shown:
    issue = visit.site.issues.get(str(value))
    return (issue["id"], issue["key"]) if issue else (None, None)


def _words(_: Visit, value: object) -> Shown:
    return None, " ".join(value) if isinstance(value, list) else ""


def _parts(visit: Visit, value: object) -> Shown:
    ids = value if isinstance(value, list) else []
    docs = (visit.site.versions.get(id_) or visit.site.components.get(id_) for id_ in ids)
    return ", ".join(ids) or None, ", ".join(doc["name"] for doc in docs if doc) or None


def _points(visit: Visit, value: object) -> Shown:
    held = value.get("customfield_10016") if isinstance(value, dict) else None
    return _text(visit, held)


_SHOWN: dict[str, tuple[str, Callable[[Visit, object], Shown]]] = {
    "key": ("Key", _text),
    "summary": ("summary", _text),
    "description": ("description", _rich),
    "status": ("status", _fact("statuses")),
    "resolution": ("resolution", _fact("resolutions")),
    "priority": ("priority", _fact("priorities")),
    "type": ("issuetype", _fact("issueTypes")),
    "parent": ("IssueParentAssociation", _issue),
    "labels": ("labels", _words),
    "fixVersions": ("Fix Version", _parts),
    "versions": ("Version", _parts),
    "components": ("Component", _parts),
    "assignee": ("assignee", _person),
    "reporter": ("reporter", _person),
    "duedate": ("duedate", _day),
    "original": ("timeoriginalestimate", _number),
    "remaining": ("timeestimate", _number),
    "spent": ("timespent", _number),
    "custom": ("Story point estimate", _points),
}
