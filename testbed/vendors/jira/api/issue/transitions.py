"""Transitions: every status can be reached from every other, and again from itself."""

from testbed.vendors.common.call import Answer
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import history, refusal, views
from testbed.vendors.jira.core.amend import changes
from testbed.vendors.jira.core.draft import Draft
from testbed.vendors.jira.core.routes import READ, WRITE, Endpoint
from testbed.vendors.jira.core.visit import Visit


def every(visit: Visit) -> Answer:
    issue = visit.issue()
    only = visit.call.query.get("transitionId")
    steps = _steps(visit, issue) if visit.user else []
    seen = [_view(visit, step) for step in steps if only in (None, step["transition"])]
    return Answer(200, {"expand": "transitions", "transitions": seen})


def _steps(visit: Visit, issue: Doc) -> list[Doc]:
    return visit.site.workflow(visit.site.projects.get(issue["project"]) or {})


def _view(visit: Visit, step: Doc) -> Doc:
    to = views.status(visit, step["status"])
    return {
        "id": step["transition"],
        "name": to["name"],
        "to": to,
        "hasScreen": False,
        "isGlobal": True,
        "isInitial": False,
        "isAvailable": True,
        "isConditional": False,
        "isLooped": False,
    }


def run(visit: Visit) -> Answer:
    """Go there, even when there already: a global transition runs again and says so in history."""
    issue, body = visit.open_issue(), visit.body
    wanted = body.get("transition")
    if not isinstance(wanted, dict) or "id" not in wanted:
        raise refusal.say("Missing 'transition' identifier")
    ids = {step["transition"]: step["status"] for step in _steps(visit, issue)}
    if (id_ := str(wanted["id"])) not in ids:
        raise refusal.say(f"The transition '{id_}' is not valid for this issue.")
    project = visit.site.projects.get(issue["project"]) or {}
    draft = Draft(visit, project, visit.site.fact("issueTypes", issue["type"]), issue)
    changed = changes(draft, body) | {"status": ids[id_]} | _resolution(visit, issue, ids[id_])
    history.save(visit, issue, issue | changed, again="status")
    return Answer(204)


def _resolution(visit: Visit, issue: Doc, status: str) -> Doc:
    if visit.site.category(status)["key"] != "done":
        return {"resolution": None, "resolved": None}
    if issue["resolution"]:
        return {}
    return {"resolution": visit.site.facts["resolutions"][0]["id"], "resolved": visit.site.now}


ENDPOINTS = (
    Endpoint("GET", "/issue/{issue}/transitions", READ, every),
    Endpoint("POST", "/issue/{issue}/transitions", WRITE, run),
)
