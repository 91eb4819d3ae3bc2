"""Issues: made one by one or in bulk, read, edited and deleted."""

from testbed.vendors.common.call import Refusal, Response
from testbed.vendors.common.state import Doc
from testbed.vendors.jira import issue_views
from testbed.vendors.jira.endpoints import READ, WRITE, Endpoint
from testbed.vendors.jira.errors import ISSUE_NOT_FOUND, refuse, refuse_fields
from testbed.vendors.jira.issue_fields import Place, read_fields
from testbed.vendors.jira.properties import properties_of
from testbed.vendors.jira.request_context import RequestContext

_MOST_MADE, _MOST_FETCHED = 50, 100


def create(context: RequestContext) -> Response:
    return Response(201, _reference(context, _make(context, context.body)))


def create_in_bulk(context: RequestContext) -> Response:
    """Make each valid issue and list the others; refuse only if none is valid."""
    rows = context.body.get("issueUpdates")
    if not isinstance(rows, list) or not 0 < len(rows) <= _MOST_MADE:
        raise refuse(f"The number of issues must be between 1 and {_MOST_MADE}.")
    made, failed = [], []
    for number, row in enumerate(rows):
        try:
            made.append(_reference(context, _make(context, row)))
        except Refusal as no:
            failed.append({"status": 400, "elementErrors": no.answer.body})
            failed[-1]["failedElementNumber"] = number
    return Response(201 if made else 400, {"issues": made, "errors": failed})


def _reference(context: RequestContext, issue: Doc) -> Doc:
    address = context.url(f"issue/{issue['id']}")
    return {"id": issue["id"], "key": issue["key"], "self": address}


def _make(context: RequestContext, body: object) -> Doc:
    if not isinstance(body, dict) or not isinstance(body.get("fields"), dict):
        raise refuse_fields({"project": "Specify a valid project ID or key"})
    place = _place(context, body["fields"])
    # Jira reads a missing summary or parent as an empty one.
    changes, errors = read_fields(place, {"summary": None, "parent": None, **body["fields"]})
    if errors:
        raise refuse_fields(errors)
    issue = _blank(context, place) | changes | {"properties": properties_of(body)}
    context.site.issues.put(issue["id"], issue)
    return issue


def _place(context: RequestContext, fields: Doc) -> Place:
    named = [fields.get(name) or {} for name in ("project", "issuetype")]
    project_ref, type_ref = (each if isinstance(each, dict) else {} for each in named)
    project = context.site.project(str(project_ref.get("id") or project_ref.get("key")))
    if project is None or not context.site.may_browse(context.user, project):
        raise refuse_fields({"project": "Specify a valid project ID or key"})
    for kind in context.site.issue_types(project):
        if kind["id"] == str(type_ref.get("id")) or kind["name"] == type_ref.get("name"):
            return Place(context.site, project, kind)
    raise refuse_fields({"issuetype": "Specify a valid issue type"})


def _blank(context: RequestContext, place: Place) -> Doc:
    site, project = context.site, place.project
    number, now = site.store.next_id(f"issues of {project['id']}"), site.now
    return {
        "id": site.next_id(),
        "key": f"{project['key']}-{number}",
        "project": project["id"],
        "type": place.kind["id"],
        "description": None,
        "labels": [],
        "fixVersions": [],
        "assignee": project["lead"] if project["assigneeType"] == "PROJECT_LEAD" else None,
        "reporter": context.account,
        "created": now,
        "updated": now,
        "duedate": None,
        "original": None,
        "remaining": None,
        "spent": None,
    }


def read(context: RequestContext) -> Response:
    fields = context.call.words("fields") or ["*all"]
    view = issue_views.issue(context, context.issue(), fields, context.call.words("properties"))
    return Response(200, view)


def fetch_in_bulk(context: RequestContext) -> Response:
    """Read many issues; those that the caller may not see are listed as errors."""
    body = context.body
    refs = body.get("issueIdsOrKeys")
    if not isinstance(refs, list) or not 0 < len(refs) <= _MOST_FETCHED:
        raise refuse(f"The number of issues must be between 1 and {_MOST_FETCHED}.")
    fields, properties = body.get("fields") or ["*navigable"], body.get("properties") or []
    found, errors = {}, []
    for ref in refs:
        try:
            issue = context.issue(str(ref))
        except Refusal:
            errors.append({"id": str(ref), "errorMessage": ISSUE_NOT_FOUND})
        else:
            found[issue["id"]] = issue_views.issue(context, issue, fields, properties)
    return Response(200, {"issues": [*found.values()], "issueErrors": errors})


def edit(context: RequestContext) -> Response:
    issue, site = context.issue(), context.site
    project = context.project(issue["project"])
    place = Place(site, project, site.issue_type(issue["type"]))
    changes, errors = read_fields(place, context.body.get("fields") or {})
    if errors:
        raise refuse_fields(errors)
    site.issues.put(issue["id"], issue | changes | {"updated": site.now})
    return Response(204)


def delete(context: RequestContext) -> Response:
    """Delete an issue with its sub-tasks; other children lose their parent."""
    issue, site = context.issue(), context.site
    children = site.issues.by("parent", issue["id"])
    subtasks = [c for c in children if site.issue_type(c["type"])["subtask"]]
    if subtasks and context.call.query.get("deleteSubtasks", "").lower() != "true":
        text = (
            f"The issue '{issue['key']}' has subtasks. "
            "You must specify the 'deleteSubtasks' parameter to delete this issue and its subtasks."
        )
        raise refuse(text)
    for child in children:
        if child not in subtasks:
            site.issues.put(child["id"], child | {"parent": None})
    for each in (*subtasks, issue):
        for worklog in site.worklogs.by("issue", each["id"]):
            site.worklogs.delete(worklog["id"])
        site.issues.delete(each["id"])
    return Response(204)


_ONE = "/issue/{issue}"
ENDPOINTS = (
    Endpoint("POST", "/issue", WRITE, create),
    Endpoint("POST", "/issue/bulk", WRITE, create_in_bulk),
    Endpoint("POST", "/issue/bulkfetch", READ, fetch_in_bulk),
    Endpoint("GET", _ONE, READ, read),
    Endpoint("PUT", _ONE, WRITE, edit),
    Endpoint("DELETE", _ONE, WRITE, delete),
)
