"""Find projects, and ask beforehand whether a key or a name can be had."""

from collections.abc import Callable

from testbed.vendors.common.call import Answer
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.api.project.projects import key_problem, name_problem
from testbed.vendors.jira.core import refusal, views
from testbed.vendors.jira.core.routes import READ, Endpoint
from testbed.vendors.jira.core.site import LIVE, TRASHED
from testbed.vendors.jira.core.visit import Visit

_ORDERS: dict[str, Callable[[Doc], str]] = {
    "key": lambda project: str(project["key"]),
    "name": lambda project: str(project["name"]).casefold(),
}


def everything(visit: Visit) -> Answer:
    """The old list: an array, without pages."""
    live = [p for p in visit.site.projects.values() if p["state"] == LIVE and visit.user]
    return Answer(200, [views.project(visit, project, whole=False) for project in live])


def search(visit: Visit) -> Answer:
    if visit.user is None:
        return visit.page([], dict)
    keys, ids = set(visit.words("keys")), set(visit.words("id"))
    states = set(visit.words("status")) or {LIVE}
    states = {TRASHED if state == "deleted" else state for state in states}
    query, kinds = visit.call.query.get("query", "").casefold(), set(visit.words("typeKey"))
    found = [
        project
        for project in visit.site.projects.values()
        if project["state"] in states
        and (not keys or project["key"] in keys)
        and (not ids or project["id"] in ids)
        and (not kinds or project["type"] in kinds)
        and (query in project["name"].casefold() or query in project["key"].casefold())
        and _has_property(visit, project)
    ]
    order = visit.call.query.get("orderBy", "key")
    by = _ORDERS.get(order.lstrip("+-"), _ORDERS["key"])
    found.sort(key=by, reverse=order.startswith("-"))
    return visit.page(found, lambda doc: views.project(visit, doc, whole=False), cap=100)


def _has_property(visit: Visit, project: Doc) -> bool:
    """`[key].path=value`, the value as text."""
    query = visit.call.query.get("propertyQuery")
    if not query:
        return True
    head, equals, wanted = query.partition("=")
    key, bracket, path = head.removeprefix("[").partition("]")
    if not (equals and bracket and head.startswith("[")):
        raise refusal.say(f"The property query '{query}' is not valid.")
    value: object = project["properties"].get(key)
    for step in filter(None, path.strip(".").split(".")):
        value = value.get(step) if isinstance(value, dict) else None
    return value is not None and str(value) == wanted.strip('"')


def validate_key(visit: Visit) -> Answer:
    problem = key_problem(visit, visit.call.query.get("key", ""))
    return Answer(200, {"errorMessages": [], "errors": {"projectKey": problem} if problem else {}})


def free_key(visit: Visit) -> Answer:
    """The key itself if it is free, otherwise one made from it."""
    wanted = "".join(c for c in visit.call.query.get("key", "").upper() if c.isalnum())[:10]
    for tail in ("", *map(str, range(2, 100))):
        candidate = wanted[: 10 - len(tail)] + tail
        if key_problem(visit, candidate) is None:
            return Answer(200, candidate)
    return Answer(200, "")


def free_name(visit: Visit) -> Answer:
    """The name itself if it is free, otherwise one made from it."""
    wanted = visit.call.query.get("name", "").strip()
    for tail in ("", *(f" {number}" for number in range(2, 100))):
        if name_problem(visit, wanted[: 80 - len(tail)] + tail) is None:
            return Answer(200, wanted[: 80 - len(tail)] + tail)
    raise refusal.say("Unable to find a valid project name.", status=404)


ENDPOINTS = (
    Endpoint("GET", "/project", READ, everything),
    Endpoint("GET", "/project/search", READ, search),
    Endpoint("GET", "/projectvalidate/key", READ, validate_key),
    Endpoint("GET", "/projectvalidate/validProjectKey", READ, free_key),
    Endpoint("GET", "/projectvalidate/validProjectName", READ, free_name),
)
