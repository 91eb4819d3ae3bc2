"""Versions: the milestones of a project, each with a unique name in it."""

from testbed.vendors.common.call import Response
from testbed.vendors.common.state import Doc
from testbed.vendors.jira import views
from testbed.vendors.jira.endpoints import PROJECT, READ, Endpoint
from testbed.vendors.jira.errors import refuse, refuse_fields
from testbed.vendors.jira.request_context import RequestContext
from testbed.vendors.jira.times import parse_date

_NAME_LENGTH = 255
_DATES = ("startDate", "releaseDate")


def create(context: RequestContext) -> Response:
    body = context.body
    ref = body.get("projectId") or body.get("project")
    if not ref:
        raise refuse_fields({"projectId": "The project of the version is required."})
    blank = {
        "id": context.site.next_id(),
        "project": context.administered_project(str(ref))["id"],
        "name": "",
        "description": "",
        "startDate": None,
        "releaseDate": None,
        "released": False,
    }
    version = blank | _changes(context, blank, {"name": "", **body})
    context.site.versions.put(version["id"], version)
    return Response(201, views.version(context, version))


def read(context: RequestContext) -> Response:
    return Response(200, views.version(context, _version(context)))


def update(context: RequestContext) -> Response:
    """Change a version; the release of a released version changes nothing."""
    version = _administered_version(context)
    changed = version | _changes(context, version, context.body)
    if changed != version:
        context.site.versions.put(version["id"], changed)
    return Response(200, views.version(context, changed))


def remove(context: RequestContext) -> Response:
    """Delete a version, also from its issues."""
    version, site = _administered_version(context), context.site
    for issue in site.issues.by("project", version["project"]):
        if version["id"] in issue["fixVersions"]:
            left = [id_ for id_ in issue["fixVersions"] if id_ != version["id"]]
            site.issues.put(issue["id"], issue | {"fixVersions": left, "updated": site.now})
    site.versions.delete(version["id"])
    return Response(204)


def list_versions(context: RequestContext) -> Response:
    found = context.site.versions.by("project", context.project()["id"])
    found.sort(key=lambda version: int(version["id"]))
    return Response(200, [views.version(context, version) for version in found])


def _version(context: RequestContext) -> Doc:
    version = context.site.versions.get(context["version"])
    project = context.site.projects.get(version["project"]) if version else None
    if version is None or not project or not context.site.may_browse(context.user, project):
        text = f"Could not find version for id '{context['version']}'"
        raise refuse(text, status=404)
    return version


def _administered_version(context: RequestContext) -> Doc:
    version = _version(context)
    context.administered_project(version["project"])
    return version


def _changes(context: RequestContext, version: Doc, body: Doc) -> Doc:
    """The changes that the body asks for, or a refusal that names the fields."""
    changes: Doc = {n: str(body[n] or "").strip() for n in ("name", "description") if n in body}
    changes |= {name: parse_date(body[name]) for name in _DATES if name in body}
    if body.get("released") is not None:
        changes["released"] = bool(body["released"])
    errors: dict[str, str] = {
        name: "Date is in an invalid format. Please enter the date as yyyy-MM-dd."
        for name in _DATES
        if body.get(name) and changes[name] is None
    }
    if "name" in changes and (text := _name_error(context, version, changes["name"])):
        errors["name"] = text
    start, release = ((version | changes)[name] for name in _DATES)
    if start and release and start > release:
        errors["releaseDate"] = "The release date must be after the start date."
    if errors:
        raise refuse_fields(errors)
    return changes


def _name_error(context: RequestContext, version: Doc, name: str) -> str | None:
    if not name or len(name) > _NAME_LENGTH:
        return "You must specify a valid version name."
    others = context.site.versions.by("project", version["project"])
    is_taken = any(
        other["name"].casefold() == name.casefold() and other["id"] != version["id"]
        for other in others
    )
    return "A version with this name already exists in this project." if is_taken else None


_ONE = "/version/{version}"
ENDPOINTS = (
    Endpoint("POST", "/version", PROJECT, create),
    Endpoint("GET", _ONE, READ, read),
    Endpoint("PUT", _ONE, PROJECT, update),
    Endpoint("POST", _ONE + "/removeAndSwap", PROJECT, remove),
    Endpoint("GET", "/project/{project}/versions", READ, list_versions),
)
