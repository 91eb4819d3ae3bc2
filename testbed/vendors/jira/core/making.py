"""Make an issue: find its project and type, read its fields, give it the next key."""

from testbed.vendors.common.call import Refusal
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import refusal
from testbed.vendors.jira.core.amend import changes
from testbed.vendors.jira.core.draft import SINGLE, Draft, Unfit
from testbed.vendors.jira.core.properties import given
from testbed.vendors.jira.core.visit import Visit

_MEDIUM = "3"


def make(visit: Visit, body: object) -> Doc:
    """A new issue as the body describes it, or a refusal and nothing made."""
    if not isinstance(body, dict) or not isinstance(body.get("fields"), dict):
        raise refusal.fields({"project": "Specify a valid project ID or key"})
    fields = body["fields"]
    project = visit.unarchived(_project(visit, fields.get("project")))
    kind = _kind(visit, project, fields.get("issuetype"))
    draft = Draft(visit, project, kind)
    errors: dict[str, str] = {}
    try:
        changed = changes(draft, body)
    except Refusal as no:
        changed = {}
        errors = dict(_errors_of(no))
    for name in ("summary", "parent"):
        if name not in fields:
            errors |= _missing(draft, name)
    if errors:
        raise refusal.fields(errors)
    properties = given(body)
    issue = _blank(visit, project, kind) | changed | {"properties": properties}
    visit.site.save(issue)
    return issue


def _project(visit: Visit, value: object) -> Doc:
    ref = (value.get("id") or value.get("key")) if isinstance(value, dict) else None
    project = visit.site.project(str(ref)) if ref else None
    if project is None or not visit.site.may_browse(visit.user, project):
        raise refusal.fields({"project": "Specify a valid project ID or key"})
    return project


def _kind(visit: Visit, project: Doc, value: object) -> Doc:
    for kind in visit.site.types(project):
        if isinstance(value, dict) and (
            str(value.get("id")) == kind["id"] or value.get("name") == kind["name"]
        ):
            return kind
    raise refusal.fields({"issuetype": "Specify a valid issue type"})


def _errors_of(no: Refusal) -> Doc:
    body = no.answer.body
    if not isinstance(body, dict) or not body["errors"]:
        raise no
    return dict(body["errors"])


def _missing(draft: Draft, name: str) -> dict[str, str]:
    try:
        SINGLE[name](draft, None)
    except Unfit as unfit:
        return {unfit.name or name: unfit.text}
    return {}


def _blank(visit: Visit, project: Doc, kind: Doc) -> Doc:
    number = visit.site.store.next_id(f"issues of {project['id']}")
    now, author = visit.site.now, visit.account
    lead = project["lead"] if project["assigneeType"] == "PROJECT_LEAD" else None
    return {
        "id": visit.site.next_id(),
        "key": f"{project['key']}-{number}",
        "number": number,
        "project": project["id"],
        "type": kind["id"],
        "status": visit.site.workflow(project)[0]["status"],
        "summary": "",
        "description": None,
        "parent": None,
        "labels": [],
        "fixVersions": [],
        "versions": [],
        "components": [],
        "assignee": lead,
        "reporter": author,
        "creator": author,
        "priority": _MEDIUM,
        "resolution": None,
        "resolved": None,
        "created": now,
        "updated": now,
        "duedate": None,
        "original": None,
        "remaining": None,
        "spent": None,
        "custom": {},
        "watchers": [author],
        "properties": {},
    }
