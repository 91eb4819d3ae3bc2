"""Versions: the milestones of a project, each with a name of its own there."""

from testbed.vendors.common.call import Answer
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import clock, refusal, views
from testbed.vendors.jira.core.milestones import fixed_in, found, own, swap
from testbed.vendors.jira.core.routes import PROJECT, READ, Endpoint
from testbed.vendors.jira.core.visit import Visit

_NAME_LENGTH, _DESCRIPTION_BYTES = 255, 16_384
_TAKEN = "A version with this name already exists in this project."
_TEXTS, _FLAGS, _DAYS = (
    ("name", "description"),
    ("released", "archived"),
    ("startDate", "releaseDate"),
)


def create(visit: Visit) -> Answer:
    body = visit.body
    ref = body.get("projectId") or body.get("project")
    if not ref:
        raise refusal.fields({"projectId": "The project of the version is required."})
    project = visit.own_project(str(ref))
    blank = {
        "id": visit.site.next_id(),
        "project": project["id"],
        "name": "",
        "description": "",
        "startDate": None,
        "releaseDate": None,
        "released": False,
        "archived": False,
        "sequence": visit.site.store.next_id(f"version sequence {project['id']}"),
    }
    version = blank | _changes(visit, blank, body | {"name": body.get("name")})
    visit.site.versions.put(version["id"], version)
    return Answer(201, views.version(visit, version))


def _changes(visit: Visit, version: Doc, body: Doc) -> Doc:
    """What a body says of the version, or a refusal that names the field."""
    problems: dict[str, str | None] = {}
    changed: Doc = {name: str(body[name] or "").strip() for name in _TEXTS if name in body}
    changed |= {name: bool(body[name]) for name in _FLAGS if body.get(name) is not None}
    if "name" in changed:
        problems["name"] = _name_problem(visit, version, changed["name"])
    if len(changed.get("description", "").encode()) > _DESCRIPTION_BYTES:
        problems["description"] = f"The description exceeds {_DESCRIPTION_BYTES} bytes."
    for name in _DAYS:
        if name in body:
            changed[name] = clock.day(body[name]) if body[name] else None
            if body[name] and changed[name] is None:
                problems[name] = (
                    "Date is in an invalid format. Please enter the date as yyyy-MM-dd."
                )
    dates = [(version | changed)[name] for name in _DAYS]
    if all(dates) and dates[0] > dates[1]:
        problems["releaseDate"] = "The release date must be after the start date."
    if errors := {name: text for name, text in problems.items() if text}:
        raise refusal.fields(errors)
    return changed


def _name_problem(visit: Visit, version: Doc, name: str) -> str | None:
    if not name:
        return "You must specify a valid version name."
    if len(name) > _NAME_LENGTH:
        return f"The version name must not exceed {_NAME_LENGTH} characters in length."
    others = visit.site.versions.by("project", version["project"])
    taken = any(
        other["name"].casefold() == name.casefold() and other["id"] != version["id"]
        for other in others
    )
    return _TAKEN if taken else None


def read(visit: Visit) -> Answer:
    return Answer(200, views.version(visit, found(visit)))


def update(visit: Visit) -> Answer:
    """Idempotent: to release a released version changes nothing."""
    version, body = own(visit), visit.body
    changed = version | _changes(visit, version, body)
    if changed != version:
        visit.site.versions.put(version["id"], changed)
    target = str(body.get("moveUnfixedIssuesTo") or "").rpartition("/")[2]
    if target and changed["released"]:
        left = [issue for issue in fixed_in(visit, version) if issue["resolution"] is None]
        swap(visit, left, "fixVersions", version["id"], found(visit, target)["id"])
    return Answer(200, views.version(visit, changed))


def every(visit: Visit) -> Answer:
    found = visit.site.versions.by("project", visit.project()["id"])
    return Answer(200, [views.version(visit, version) for version in _in_order(found)])


def paged(visit: Visit) -> Answer:
    query = visit.call.query.get("query", "").casefold()
    wanted = set(visit.words("status"))
    found = [
        version
        for version in visit.site.versions.by("project", visit.project()["id"])
        if query in version["name"].casefold() and (not wanted or _status(version) in wanted)
    ]
    order = visit.call.query.get("orderBy", "sequence")
    found.sort(key=lambda v: v.get(order.lstrip("+-"), v["sequence"]) or "~")
    if order.startswith("-"):
        found.reverse()
    return visit.page(found, lambda doc: views.version(visit, doc), cap=50)


def _in_order(found: list[Doc]) -> list[Doc]:
    return sorted(found, key=lambda version: int(version["sequence"]))


def _status(version: Doc) -> str:
    if version["archived"]:
        return "archived"
    return "released" if version["released"] else "unreleased"


_ONE = "/version/{version_id}"
ENDPOINTS = (
    Endpoint("POST", "/version", PROJECT, create),
    Endpoint("GET", _ONE, READ, read),
    Endpoint("PUT", _ONE, PROJECT, update),
    Endpoint("GET", "/project/{project}/versions", READ, every),
    Endpoint("GET", "/project/{project}/version", READ, paged),
)
