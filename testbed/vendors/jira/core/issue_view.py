"""How an issue and what hangs on it look in an answer."""

from collections.abc import Callable, Iterable

from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import duration, entries, views
from testbed.vendors.jira.core.visit import Visit

EXPAND = "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations"
_NAVIGABLE_NOT = {"comment", "worklog", "subtasks", "issuelinks", "watches"}
_WORKLOGS_INSIDE = 20
_COMMENTS_INSIDE = 20


def issue(visit: Visit, doc: Doc, wanted: Iterable[str], properties: Iterable[str] = ()) -> Doc:
    """An issue with the fields and properties asked for."""
    seen: Doc = {
        "expand": EXPAND,
        "id": doc["id"],
        "self": visit.url(f"issue/{doc['id']}"),
        "key": doc["key"],
    }
    names = chosen(wanted)
    if names:
        orphan = {"parent"} if doc["parent"] is None else set()
        seen["fields"] = {n: _FIELDS[n](visit, doc) for n in names if n not in orphan}
    keys = list(properties)
    if keys:
        every = doc["properties"]
        asked = every if "*all" in keys else keys
        seen["properties"] = {key: every[key] for key in asked if key in every}
    return seen


def chosen(wanted: Iterable[str]) -> list[str]:
    """The names behind a list such as `*all,-comment`; what doesn't exist is left out."""
    names: dict[str, None] = {}
    for word in wanted:
        if word == "*all":
            names |= dict.fromkeys(_FIELDS)
        elif word == "*navigable":
            names |= dict.fromkeys(name for name in _FIELDS if name not in _NAVIGABLE_NOT)
        elif word.startswith("-"):
            names = names or dict.fromkeys(_FIELDS)
            names.pop(word[1:], None)
        elif word in _FIELDS:
            names[word] = None
    return list(names)


def brief(visit: Visit, doc: Doc) -> Doc:
    """An issue as its relatives show it."""
    return {
        "id": doc["id"],
        "key": doc["key"],
        "self": visit.url(f"issue/{doc['id']}"),
        "fields": {
            name: _FIELDS[name](visit, doc)
            for name in ("summary", "status", "priority", "issuetype")
        },
    }


def timetracking(_: Visit, doc: Doc) -> Doc:
    seen: Doc = {}
    for name, seconds in (
        ("originalEstimate", doc["original"]),
        ("remainingEstimate", doc["remaining"]),
        ("timeSpent", doc["spent"]),
    ):
        if seconds is not None:
            seen |= {name: duration.pretty(seconds), f"{name}Seconds": seconds}
    return seen


def link(visit: Visit, doc: Doc, seen_from: str) -> Doc:
    """A link as the issue at one of its ends shows it: with the other end."""
    other = "outward" if doc["inward"] == seen_from else "inward"
    found = visit.site.issues.get(doc[other])
    kind = visit.site.fact("linkTypes", doc["type"])
    seen = {
        "id": doc["id"],
        "self": visit.url(f"issueLink/{doc['id']}"),
        "type": {**kind, "self": visit.url(f"issueLinkType/{kind['id']}")},
    }
    return seen | ({f"{other}Issue": brief(visit, found)} if found else {})


def _project(visit: Visit, doc: Doc) -> Doc:
    return views.project_ref(visit, visit.site.projects.get(doc["project"]) or {})


def _issue_type(visit: Visit, doc: Doc) -> Doc:
    return views.issue_type(visit, visit.site.fact("issueTypes", doc["type"]))


def _parent(visit: Visit, doc: Doc) -> Doc | None:
    parent = visit.site.issues.get(doc["parent"] or "")
    return brief(visit, parent) if parent else None


def _subtasks(visit: Visit, doc: Doc) -> list[Doc]:
    children = visit.site.issues.by("parent", doc["id"])
    return [
        brief(visit, child)
        for child in children
        if visit.site.fact("issueTypes", child["type"])["subtask"]
    ]


def _versions(name: str) -> Callable[[Visit, Doc], list[Doc]]:
    def seen(visit: Visit, doc: Doc) -> list[Doc]:
        found = (visit.site.versions.get(id_) for id_ in doc[name])
        return [views.version(visit, version) for version in found if version]

    return seen


def _components(visit: Visit, doc: Doc) -> list[Doc]:
    found = (visit.site.components.get(id_) for id_ in doc["components"])
    return [views.component(visit, component) for component in found if component]


def _links(visit: Visit, doc: Doc) -> list[Doc]:
    return [link(visit, found, doc["id"]) for found in visit.site.links.by("issue", doc["id"])]


def _worklog(visit: Visit, doc: Doc) -> Doc:
    found = visit.site.worklogs.by("issue", doc["id"])
    inside = [entries.worklog(visit, entry) for entry in found[:_WORKLOGS_INSIDE]]
    return {
        "startAt": 0,
        "maxResults": _WORKLOGS_INSIDE,
        "total": len(found),
        "worklogs": inside,
    }


def _comment(visit: Visit, doc: Doc) -> Doc:
    found = visit.site.comments.by("issue", doc["id"])
    inside = [entries.comment(visit, entry) for entry in found[-_COMMENTS_INSIDE:]]
    self = visit.url(f"issue/{doc['id']}/comment")
    return {
        "self": self,
        "maxResults": len(inside),
        "total": len(found),
        "startAt": 0,
        "comments": inside,
    }


def _watches(visit: Visit, doc: Doc) -> Doc:
    return {
        "self": visit.url(f"issue/{doc['key']}/watchers"),
        "watchCount": len(doc["watchers"]),
        "isWatching": visit.account in doc["watchers"],
    }


def _aggregate(name: str) -> Callable[[Visit, Doc], int | None]:
    def total(visit: Visit, doc: Doc) -> int | None:
        family = [doc, *visit.site.issues.by("parent", doc["id"])]
        known = [member[name] for member in family if member[name] is not None]
        return sum(known) if known else None

    return total


_FIELDS: dict[str, Callable[[Visit, Doc], object]] = {
    "summary": lambda _, doc: doc["summary"],
    "project": _project,
    "issuetype": _issue_type,
    "description": lambda visit, doc: visit.rich(doc["description"]),
    "status": lambda visit, doc: views.status(visit, doc["status"]),
    "statusCategory": lambda visit, doc: views.category(visit, visit.site.category(doc["status"])),
    "resolution": lambda v, doc: views.named(v, "resolutions", "resolution", doc["resolution"]),
    "resolutiondate": lambda visit, doc: visit.time(doc["resolved"]),
    "priority": lambda visit, doc: views.named(visit, "priorities", "priority", doc["priority"]),
    "subtasks": _subtasks,
    "labels": lambda _, doc: doc["labels"],
    "fixVersions": _versions("fixVersions"),
    "versions": _versions("versions"),
    "components": _components,
    "issuelinks": _links,
    "assignee": lambda visit, doc: views.user(visit, doc["assignee"]),
    "reporter": lambda visit, doc: views.user(visit, doc["reporter"]),
    "creator": lambda visit, doc: views.user(visit, doc["creator"]),
    "created": lambda visit, doc: visit.time(doc["created"]),
    "updated": lambda visit, doc: visit.time(doc["updated"]),
    "duedate": lambda _, doc: doc["duedate"],
    "timetracking": timetracking,
    "timeoriginalestimate": lambda _, doc: doc["original"],
    "timeestimate": lambda _, doc: doc["remaining"],
    "timespent": lambda _, doc: doc["spent"],
    "aggregatetimeoriginalestimate": _aggregate("original"),
    "aggregatetimeestimate": _aggregate("remaining"),
    "aggregatetimespent": _aggregate("spent"),
    "watches": _watches,
    "worklog": _worklog,
    "comment": _comment,
    "parent": _parent,
    "customfield_10016": lambda _, doc: doc["custom"].get("customfield_10016"),
}
