"""Projects, each with a unique key and name, and their properties."""

import re

from testbed.vendors.common.call import Refusal, Response
from testbed.vendors.common.state import Doc
from testbed.vendors.jira import views
from testbed.vendors.jira.endpoints import CONFIGURATION, PROJECT, READ, Endpoint
from testbed.vendors.jira.errors import refuse, refuse_fields
from testbed.vendors.jira.properties import checked_value
from testbed.vendors.jira.request_context import RequestContext

_KEY = re.compile(r"[A-Z][A-Z0-9]{1,9}")
_NAME_LENGTH = 80


def create(context: RequestContext) -> Response:
    context.require_administrator()
    body, site = context.body, context.site
    _refuse_invalid(context, body)
    template = _template_key(context, body)
    project = {
        "id": site.next_id(),
        "key": body["key"],
        "name": body["name"].strip(),
        "description": body.get("description") or "",
        "url": body.get("url") or "",
        "lead": body["leadAccountId"],
        "assigneeType": body.get("assigneeType", "PROJECT_LEAD"),
        "type": site.facts["templates"][template]["type"],
        "template": template,
        "simplified": site.facts["templates"][template]["simplified"],
        "trashed": None,
        "properties": {},
        "actors": {},
    }
    site.projects.put(project["id"], project)
    address = context.url(f"project/{project['id']}")
    return Response(201, {"self": address, "id": int(project["id"]), "key": project["key"]})


def _refuse_invalid(context: RequestContext, body: Doc) -> None:
    template = context.site.facts["templates"].get(_template_key(context, body))
    errors = {
        "projectName": _name_error(context, body.get("name")),
        "projectKey": _key_error(context, body.get("key")),
    }
    if context.site.user(body.get("leadAccountId")) is None:
        errors["projectLead"] = "You must specify a valid project lead."
    if template is None or template["type"] != body.get("projectTypeKey"):
        errors["projectTemplateKey"] = "The project template was not found for the project type."
    if found := {name: text for name, text in errors.items() if text}:
        raise refuse_fields(found)


def _template_key(context: RequestContext, body: Doc) -> str:
    """The template that the body names, or the first one of its project type."""
    templates: dict[str, Doc] = context.site.facts["templates"]
    fitting = (k for k, doc in templates.items() if doc["type"] == body.get("projectTypeKey"))
    return str(body.get("projectTemplateKey") or next(fitting, ""))


def _key_error(context: RequestContext, key: object) -> str | None:
    """Why a key cannot be used; a project in the trash keeps its own."""
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        return (
            "Project keys must start with an uppercase letter, "
            "followed by one or more uppercase alphanumeric characters."
        )
    holder = context.site.project(key)
    return f"Project '{holder['name']}' uses this project key." if holder else None


def _name_error(context: RequestContext, name: object, own: str = "") -> str | None:
    if not isinstance(name, str) or not name.strip():
        return "You must specify a valid project name."
    if len(name.strip()) > _NAME_LENGTH:
        return f"The project name must not exceed {_NAME_LENGTH} characters in length."
    holders = context.site.projects.by("name", name.strip().casefold())
    is_taken = any(holder["id"] != own for holder in holders)
    return "A project with that name already exists." if is_taken else None


def read(context: RequestContext) -> Response:
    return Response(200, views.project(context, context.project()))


def search(context: RequestContext) -> Response:
    found = [p for p in context.site.projects.values() if context.site.may_browse(context.user, p)]
    found.sort(key=lambda project: str(project["key"]))
    return context.page(found, lambda project: views.project_summary(context, project))


def update(context: RequestContext) -> Response:
    project, body = context.administered_project(), context.body
    changes: Doc = {name: body[name] or "" for name in ("description", "url") if name in body}
    if "name" in body:
        if text := _name_error(context, body["name"], project["id"]):
            raise refuse_fields({"projectName": text})
        changes["name"] = body["name"].strip()
    context.site.projects.put(project["id"], project | changes)
    return Response(200, views.project(context, project | changes))


def delete(context: RequestContext) -> Response:
    """Move a project to the trash, where it keeps its key and its name."""
    context.require_administrator()
    project = context.project()
    context.site.projects.put(project["id"], project | {"trashed": context.site.now})
    return Response(204)


def read_property(context: RequestContext) -> Response:
    key, held = context["property"], context.project()["properties"]
    if key not in held:
        raise _property_not_found(key)
    return Response(200, {"key": key, "value": held[key]})


def write_property(context: RequestContext) -> Response:
    key, project = context["property"], context.administered_project()
    held = project["properties"] | {key: checked_value(key, context.json)}
    context.site.projects.put(project["id"], project | {"properties": held})
    return Response(200 if key in project["properties"] else 201)


def delete_property(context: RequestContext) -> Response:
    key, project = context["property"], context.administered_project()
    if key not in project["properties"]:
        raise _property_not_found(key)
    left = {name: value for name, value in project["properties"].items() if name != key}
    context.site.projects.put(project["id"], project | {"properties": left})
    return Response(204)


def _property_not_found(key: str) -> Refusal:
    return refuse(f"The property with key '{key}' does not exist.", status=404)


_ONE, _PROPERTY = "/project/{project}", "/project/{project}/properties/{property}"
ENDPOINTS = (
    Endpoint("POST", "/project", CONFIGURATION, create),
    Endpoint("GET", "/project/search", READ, search),
    Endpoint("GET", _ONE, READ, read),
    Endpoint("PUT", _ONE, PROJECT, update),
    Endpoint("DELETE", _ONE, CONFIGURATION, delete),
    Endpoint("GET", _PROPERTY, READ, read_property),
    Endpoint("PUT", _PROPERTY, PROJECT, write_property),
    Endpoint("DELETE", _PROPERTY, PROJECT, delete_property),
)
