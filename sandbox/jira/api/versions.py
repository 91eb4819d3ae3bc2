"""Versions: the milestones of a project, each with a name of its own there."""

from sandbox.jira.core import clock, refusal, views
from sandbox.jira.core.routes import PROJECT, READ, Endpoint
from sandbox.jira.core.visit import Visit
from sandbox.kit.call import Answer
from sandbox.kit.state import Doc

_NAME_LENGTH, _DESCRIPTION_BYTES = 255, 16_384
_TAKEN = "A version with this name already exists in this project."
_TEXTS, _FLAGS, _DAYS = ("name", "description"), ("released", "archived"), ("startDate", "releaseDate")


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
                problems[name] = "Date is in an invalid format. Please enter the date as yyyy-MM-dd."
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


def _version(visit: Visit, ref: str | None = None) -> Doc:
    ref = visit["version_id"] if ref is None else ref
    version = visit.site.versions.get(ref)
    project = version and visit.site.projects.get(version["project"])
    if version is None or project is None or not visit.site.may_browse(visit.user, project):
        raise refusal.say(f"Could not find version for id '{ref}'", status=404)
    return version


def _own_version(visit: Visit) -> Doc:
    version = _version(visit)
    visit.own_project(version["project"])
    return version


def read(visit: Visit) -> Answer:
    return Answer(200, views.version(visit, _version(visit)))


def update(visit: Visit) -> Answer:
    """Idempotent: to release a released version changes nothing."""
    version, body = _own_version(visit), visit.body
    changed = version | _changes(visit, version, body)
    if changed != version:
        visit.site.versions.put(version["id"], changed)
    target = str(body.get("moveUnfixedIssuesTo") or "").rpartition("/")[2]
    if target and changed["released"]:
        open_issues = [i for i in _fixed_in(visit, version) if not i["resolution"]]
        _swap(visit, open_issues, "fixVersions", version["id"], _version(visit, target)["id"])
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


def _fixed_in(visit: Visit, version: Doc) -> list[Doc]:
    issues = visit.site.issues.by("project", version["project"])
    return [issue for issue in issues if version["id"] in issue["fixVersions"]]


def unresolved_count(visit: Visit) -> Answer:
    version = _version(visit)
    fixed = _fixed_in(visit, version)
    return Answer(
        200,
        {
            "self": visit.url(f"version/{version['id']}"),
            "issuesCount": len(fixed),
            "issuesUnresolvedCount": sum(issue["resolution"] is None for issue in fixed),
        },
    )


def related_counts(visit: Visit) -> Answer:
    version = _version(visit)
    issues = visit.site.issues.by("project", version["project"])
    return Answer(
        200,
        {
            "self": visit.url(f"version/{version['id']}"),
            "issuesFixedCount": len(_fixed_in(visit, version)),
            "issuesAffectedCount": sum(version["id"] in issue["versions"] for issue in issues),
            "issueCountWithCustomFieldsShowingVersion": 0,
            "customFieldUsage": [],
        },
    )


def remove_and_swap(visit: Visit) -> Answer:
    body = visit.body if visit.call.body else {}
    return _remove(visit, body.get("moveFixIssuesTo"), body.get("moveAffectedIssuesTo"))


def delete(visit: Visit) -> Answer:
    query = visit.call.query
    return _remove(visit, query.get("moveFixIssuesTo"), query.get("moveAffectedIssuesTo"))


def merge(visit: Visit) -> Answer:
    other = _version(visit, visit["other"])
    return _remove(visit, other["id"], other["id"])


def _remove(visit: Visit, fix_to: object, affected_to: object) -> Answer:
    version = _own_version(visit)
    issues = visit.site.issues.by("project", version["project"])
    for name, target in (("fixVersions", fix_to), ("versions", affected_to)):
        to = _version(visit, str(target))["id"] if target else None
        _swap(visit, [i for i in issues if version["id"] in i[name]], name, version["id"], to)
    visit.site.versions.delete(version["id"])
    return Answer(204)


def _swap(visit: Visit, issues: list[Doc], name: str, old: str, new: str | None) -> None:
    for issue in issues:
        current = visit.site.issues.get(issue["id"]) or issue
        left = [id for id in current[name] if id not in {old, new}]
        changed = {name: [*left, new] if new else left, "updated": visit.site.now}
        visit.site.save(current | changed)


_ONE = "/version/{version_id}"
ENDPOINTS = (
    Endpoint("POST", "/version", PROJECT, create),
    Endpoint("GET", _ONE, READ, read),
    Endpoint("PUT", _ONE, PROJECT, update),
    Endpoint("DELETE", _ONE, PROJECT, delete),
    Endpoint("GET", _ONE + "/unresolvedIssueCount", READ, unresolved_count),
    Endpoint("GET", _ONE + "/relatedIssueCounts", READ, related_counts),
    Endpoint("POST", _ONE + "/removeAndSwap", PROJECT, remove_and_swap),
    Endpoint("PUT", _ONE + "/mergeto/{other}", PROJECT, merge),
    Endpoint("GET", "/project/{project}/versions", READ, every),
    Endpoint("GET", "/project/{project}/version", READ, paged),
)
