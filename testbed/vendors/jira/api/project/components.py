"""Components: the parts a project's work is sorted into."""

from testbed.vendors.common.call import Answer
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import refusal, views
from testbed.vendors.jira.core.routes import PROJECT, READ, Endpoint
from testbed.vendors.jira.core.visit import Visit


def create(visit: Visit) -> Answer:
    body = visit.body
    project = visit.own_project(str(body.get("project") or body.get("projectId") or ""))
    component = {
        "id": visit.site.next_id(),
        "project": project["id"],
        "name": _name(visit, project["id"], body.get("name")),
        "description": body.get("description") or "",
        "lead": body.get("leadAccountId"),
        "assigneeType": body.get("assigneeType", "PROJECT_DEFAULT"),
    }
    visit.site.components.put(component["id"], component)
    return Answer(201, views.component(visit, component))


def _name(visit: Visit, project: str, name: object, own: str = "") -> str:
    if not isinstance(name, str) or not name.strip():
        raise refusal.fields({"name": "The component name specified is invalid - cannot be empty."})
    for other in visit.site.components.by("project", project):
        if other["name"].casefold() == name.strip().casefold() and other["id"] != own:
            text = f"A component with the name {name} already exists in this project."
            raise refusal.fields({"name": text})
    return name.strip()


def _component(visit: Visit) -> Doc:
    component = visit.site.components.get(visit["component"])
    project = component and visit.site.projects.get(component["project"])
    if component is None or not visit.site.may_browse(visit.user, project or {}):
        text = f"The component with id {visit['component']} does not exist."
        raise refusal.say(text, status=404)
    return component


def read(visit: Visit) -> Answer:
    return Answer(200, views.component(visit, _component(visit)))


def update(visit: Visit) -> Answer:
    component, body = _component(visit), visit.body
    visit.own_project(component["project"])
    changed: Doc = {name: body[name] for name in ("description", "assigneeType") if name in body}
    if "name" in body:
        changed["name"] = _name(visit, component["project"], body["name"], component["id"])
    if "leadAccountId" in body:
        changed["lead"] = body["leadAccountId"]
    visit.site.components.put(component["id"], component | changed)
    return Answer(200, views.component(visit, component | changed))


def delete(visit: Visit) -> Answer:
    component = _component(visit)
    visit.own_project(component["project"])
    for issue in visit.site.issues.by("project", component["project"]):
        if component["id"] in issue["components"]:
            left = [id_ for id_ in issue["components"] if id_ != component["id"]]
            visit.site.save(issue | {"components": left})
    visit.site.components.delete(component["id"])
    return Answer(204)


def of_project(visit: Visit) -> Answer:
    found = visit.site.components.by("project", visit.project()["id"])
    return Answer(200, [views.component(visit, component) for component in found])


ENDPOINTS = (
    Endpoint("POST", "/component", PROJECT, create),
    Endpoint("GET", "/component/{component}", READ, read),
    Endpoint("PUT", "/component/{component}", PROJECT, update),
    Endpoint("DELETE", "/component/{component}", PROJECT, delete),
    Endpoint("GET", "/project/{project}/components", READ, of_project),
)
