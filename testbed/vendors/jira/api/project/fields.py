"""What an issue can be and have: its types, its fields, and what the screen of a project shows."""

from testbed.vendors.common.call import Answer
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import refusal, views
from testbed.vendors.jira.core.routes import READ, Endpoint
from testbed.vendors.jira.core.visit import Visit

_MOST = 200


def every(visit: Visit) -> Answer:
    facts = visit.site.facts
    return Answer(200, [_field(doc) for doc in (*facts["fields"], *facts["readOnlyFields"])])


def search(visit: Visit) -> Answer:
    facts = visit.site.facts
    query, ids = visit.call.query.get("query", "").casefold(), set(visit.words("id"))
    found = [
        doc
        for doc in (*facts["fields"], *facts["readOnlyFields"])
        if query in doc["name"].casefold() and (not ids or doc["id"] in ids)
    ]
    return visit.page(found, lambda doc: {n: doc[n] for n in ("id", "name", "schema")})


def _field(doc: Doc) -> Doc:
    return {
        "id": doc["id"],
        "key": doc["id"],
        "name": doc["name"],
        "custom": "custom" in doc["schema"],
        "orderable": doc["orderable"],
        "navigable": True,
        "searchable": bool(doc["clauseNames"]),
        "clauseNames": doc["clauseNames"],
        "schema": doc["schema"],
    }


def issue_types(visit: Visit) -> Answer:
    kinds = visit.site.facts["issueTypes"] if visit.user else []
    return Answer(200, [views.issue_type(visit, kind) for kind in kinds])


def issue_type(visit: Visit) -> Answer:
    for kind in visit.site.facts["issueTypes"]:
        if kind["id"] == visit["type"]:
            return Answer(200, views.issue_type(visit, kind))
    text = "The issue type selected is invalid."
    raise refusal.say(text, status=404)


def of_project(visit: Visit) -> Answer:
    project = visit.project(visit.call.query.get("projectId", ""))
    return Answer(200, [views.issue_type(visit, kind) for kind in visit.site.types(project)])


def statuses_of_project(visit: Visit) -> Answer:
    project = visit.project()
    statuses = [views.status(visit, step["status"]) for step in visit.site.workflow(project)]
    kinds = visit.site.types(project)
    return Answer(200, [{**views.issue_type(visit, k), "statuses": statuses} for k in kinds])


def creatable_types(visit: Visit) -> Answer:
    kinds = visit.site.types(visit.project())
    return _page(visit, "issueTypes", [views.issue_type(visit, kind) for kind in kinds])


def creatable_fields(visit: Visit) -> Answer:
    """What the screen takes; a workflow may ask for more than it says."""
    project = visit.project()
    kinds = {kind["id"]: kind for kind in visit.site.types(project)}
    kind = kinds.get(visit["type"])
    if kind is None:
        raise refusal.say("The issue type selected is invalid.", status=404)
    screen = visit.site.template(project)["screen"]
    shown = [doc for doc in visit.site.facts["fields"] if doc["id"] in screen]
    return _page(visit, "fields", [_on_screen(visit, doc, project, kind) for doc in shown])


def _page(visit: Visit, name: str, found: list[Doc]) -> Answer:
    start, size = visit.number("startAt", 0), visit.number("maxResults", 50)
    if size > _MOST:
        raise refusal.say(f"'maxResults' must not be more than {_MOST}.")
    page = {"maxResults": size, "startAt": start, "total": len(found)}
    return Answer(200, page | {name: found[start : start + size]})


def _on_screen(visit: Visit, doc: Doc, project: Doc, kind: Doc) -> Doc:
    sub_task_parent = doc["id"] == "parent" and kind["subtask"]
    seen = {
        "required": doc["required"] or sub_task_parent,
        "schema": doc["schema"],
        "name": doc["name"],
        "key": doc["id"],
        "fieldId": doc["id"],
        "hasDefaultValue": doc["hasDefaultValue"],
        "operations": doc["operations"],
    }
    allowed = _allowed(visit, doc["id"], project, kind)
    return seen | ({} if allowed is None else {"allowedValues": allowed})


def _allowed(visit: Visit, name: str, project: Doc, kind: Doc) -> list[Doc] | None:
    site = visit.site
    match name:
        case "project":
            return [views.project_ref(visit, project)]
        case "issuetype":
            return [views.issue_type(visit, kind)]
        case "priority":
            return [dict(doc) for doc in site.facts["priorities"]]
        case "fixVersions" | "versions":
            found = site.versions.by("project", project["id"])
            return [views.version(visit, doc) for doc in found if not doc["archived"]]
        case "components":
            found = site.components.by("project", project["id"])
            return [views.component(visit, doc) for doc in found]
    return None


ENDPOINTS = (
    Endpoint("GET", "/field", READ, every),
    Endpoint("GET", "/field/search", READ, search),
    Endpoint("GET", "/issuetype", READ, issue_types),
    Endpoint("GET", "/issuetype/project", READ, of_project),
    Endpoint("GET", "/issuetype/{type}", READ, issue_type),
    Endpoint("GET", "/project/{project}/statuses", READ, statuses_of_project),
    Endpoint("GET", "/issue/createmeta/{project}/issuetypes", READ, creatable_types),
    Endpoint("GET", "/issue/createmeta/{project}/issuetypes/{type}", READ, creatable_fields),
)
