"""Issues and worklogs as Jira answers them."""

from collections.abc import Callable, Iterable

from testbed.vendors.common.state import Doc
from testbed.vendors.jira import views
from testbed.vendors.jira.request_context import RequestContext
from testbed.vendors.jira.times import format_duration

_WORKLOGS_INSIDE = 20


def issue(
    context: RequestContext, doc: Doc, fields: Iterable[str], properties: Iterable[str] = ()
) -> Doc:
    """An issue with these fields and properties."""
    view: Doc = {
        "id": doc["id"],
        "self": context.url(f"issue/{doc['id']}"),
        "key": doc["key"],
        "fields": {name: _FIELDS[name](context, doc) for name in _chosen(fields)},
    }
    if doc["parent"] is None:
        view["fields"].pop("parent", None)
    held, keys = doc["properties"], list(properties)
    return view | ({"properties": {k: held[k] for k in keys if k in held}} if keys else {})


def _chosen(wanted: Iterable[str]) -> list[str]:
    """The fields that exist among the wanted ones; `*all` and `*navigable` stand for many."""
    many = {"*all": list(_FIELDS), "*navigable": [name for name in _FIELDS if name != "worklog"]}
    names = [name for word in wanted for name in many.get(word, [word])]
    return [name for name in dict.fromkeys(names) if name in _FIELDS]


def worklog(context: RequestContext, doc: Doc) -> Doc:
    return {
        "self": context.url(f"issue/{doc['issue']}/worklog/{doc['id']}"),
        "author": views.user(context, doc["author"]),
        "updateAuthor": views.user(context, doc["author"]),
        "created": context.time(doc["created"]),
        "updated": context.time(doc["updated"]),
        "started": context.time(doc["started"]),
        "timeSpent": format_duration(doc["seconds"]),
        "timeSpentSeconds": doc["seconds"],
        "id": doc["id"],
        "issueId": doc["issue"],
    }


def _project(context: RequestContext, doc: Doc) -> Doc:
    return views.project_reference(context, context.site.projects.get(doc["project"]) or {})


def _parent(context: RequestContext, doc: Doc) -> Doc | None:
    parent = context.site.issues.get(doc["parent"] or "")
    return issue(context, parent, ("summary", "status", "issuetype")) if parent else None


def _versions(context: RequestContext, doc: Doc) -> list[Doc]:
    found = (context.site.versions.get(id_) for id_ in doc["fixVersions"])
    return [views.version(context, version) for version in found if version]


def _timetracking(_: RequestContext, doc: Doc) -> Doc:
    seconds = {
        "originalEstimate": doc["original"],
        "remainingEstimate": doc["remaining"],
        "timeSpent": doc["spent"],
    }
    known = {name: value for name, value in seconds.items() if value is not None}
    return {name: format_duration(value) for name, value in known.items()} | {
        f"{name}Seconds": value for name, value in known.items()
    }


def _worklogs(context: RequestContext, doc: Doc) -> Doc:
    found = context.site.worklogs.by("issue", doc["id"])
    inside = [worklog(context, each) for each in found[:_WORKLOGS_INSIDE]]
    page = {"startAt": 0, "maxResults": _WORKLOGS_INSIDE, "total": len(found)}
    return page | {"worklogs": inside}


_FIELDS: dict[str, Callable[[RequestContext, Doc], object]] = {
    "summary": lambda _, doc: doc["summary"],
    "project": _project,
    "issuetype": lambda context, doc: views.issue_type(
        context, context.site.issue_type(doc["type"])
    ),
    "description": lambda _, doc: doc["description"],
    "status": lambda context, _: context.site.facts["status"],
    "labels": lambda _, doc: doc["labels"],
    "fixVersions": _versions,
    "assignee": lambda context, doc: views.user(context, doc["assignee"]),
    "reporter": lambda context, doc: views.user(context, doc["reporter"]),
    "created": lambda context, doc: context.time(doc["created"]),
    "updated": lambda context, doc: context.time(doc["updated"]),
    "duedate": lambda _, doc: doc["duedate"],
    "timetracking": _timetracking,
    "timeoriginalestimate": lambda _, doc: doc["original"],
    "timeestimate": lambda _, doc: doc["remaining"],
    "timespent": lambda _, doc: doc["spent"],
    "worklog": _worklogs,
    "parent": _parent,
}
