"""Issues: made one by one or in bulk, read, edited, assigned, deleted."""

from testbed.vendors.common.call import Answer, Refusal
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import history, issue_view, refusal
from testbed.vendors.jira.core.amend import changes
from testbed.vendors.jira.core.draft import SINGLE, Draft, Unfit
from testbed.vendors.jira.core.making import make
from testbed.vendors.jira.core.properties import given
from testbed.vendors.jira.core.routes import READ, WRITE, Endpoint
from testbed.vendors.jira.core.visit import Visit

_BULK_CREATE, _BULK_FETCH = 50, 100


def create(visit: Visit) -> Answer:
    return Answer(201, _ref(visit, make(visit, visit.body)))


def _ref(visit: Visit, issue: Doc) -> Doc:
    return {"id": issue["id"], "key": issue["key"], "self": visit.url(f"issue/{issue['id']}")}


def bulk_create(visit: Visit) -> Answer:
    """Row by row: what passes is made, what doesn't is listed; 400 only if nothing was made."""
    rows = visit.body.get("issueUpdates")
    if not isinstance(rows, list) or not rows:
        raise refusal.say("No issues were given.")
    if len(rows) > _BULK_CREATE:
        raise refusal.say(f"The number of issues exceeds the limit of {_BULK_CREATE}.")
    made, failed = [], []
    for number, row in enumerate(rows):
        try:
            made.append(_ref(visit, make(visit, row)))
        except Refusal as no:
            failed.append(
                {
                    "status": no.answer.status,
                    "elementErrors": no.answer.body,
                    "failedElementNumber": number,
                }
            )
    return Answer(201 if made else 400, {"issues": made, "errors": failed})


def read(visit: Visit) -> Answer:
    issue = visit.issue()
    fields = visit.words("fields") or ["*all"]
    seen = issue_view.issue(visit, issue, fields, visit.words("properties"))
    if "changelog" in visit.words("expand"):
        entries = [history.view(visit, e) for e in visit.site.history.by("issue", issue["id"])]
        page = {"startAt": 0, "maxResults": len(entries), "total": len(entries)}
        seen["changelog"] = page | {"histories": entries[::-1]}
    return Answer(200, seen)


def bulk_fetch(visit: Visit) -> Answer:
    """Many issues at once, as they are; what can't be seen is simply absent."""
    refs = visit.body.get("issueIdsOrKeys")
    if not isinstance(refs, list) or not refs:
        raise refusal.say("At least one issue id or key must be given.")
    if len(refs) > _BULK_FETCH:
        raise refusal.say(f"The number of issues exceeds the limit of {_BULK_FETCH}.")
    fields = visit.body.get("fields") or ["*navigable"]
    properties = visit.body.get("properties") or []
    seen, errors = {}, []
    for ref in refs:
        try:
            issue = visit.issue(str(ref))
        except Refusal:
            errors.append({"id": str(ref), "errorMessage": refusal.NOT_SEEN})
        else:
            seen[issue["id"]] = issue_view.issue(visit, issue, fields, properties)
    return Answer(
        200, {"expand": issue_view.EXPAND, "issues": [*seen.values()], "issueErrors": errors}
    )


def edit(visit: Visit) -> Answer:
    issue, body = visit.open_issue(), visit.body
    _no_silence(visit)
    project = visit.site.projects.get(issue["project"]) or {}
    draft = Draft(visit, project, visit.site.fact("issueTypes", issue["type"]), issue)
    changed = changes(draft, body)
    changed["properties"] = issue["properties"] | given(body)
    changed["custom"] = issue["custom"] | changed.get("custom", {})
    after = history.save(visit, issue, issue | changed)
    if visit.flag("returnIssue", default=False):
        return Answer(200, issue_view.issue(visit, after, ["*all"]))
    return Answer(204)


def _no_silence(visit: Visit) -> None:
    project = visit.project(visit.issue()["project"])
    quiet = not visit.flag("notifyUsers", default=True)
    if quiet and not visit.site.may_administer(visit.person, project):
        text = "To discard the user notification you need to be an administrator of the project."
        raise refusal.say(text, status=403)


def assign(visit: Visit) -> Answer:
    issue = visit.open_issue()
    project = visit.site.projects.get(issue["project"]) or {}
    account = visit.body.get("accountId", visit.body.get("name"))
    wanted = project["lead"] if account == "-1" else account
    draft = Draft(visit, project, {}, issue)
    try:
        changed = SINGLE["assignee"](draft, wanted)
    except Unfit as unfit:
        raise refusal.fields({"assignee": unfit.text}) from None
    history.save(visit, issue, issue | changed)
    return Answer(204)


def delete(visit: Visit) -> Answer:
    issue, site = visit.open_issue(), visit.site
    children = site.issues.by("parent", issue["id"])
    subtasks = [c for c in children if site.fact("issueTypes", c["type"])["subtask"]]
    if subtasks and not visit.flag("deleteSubtasks", default=False):
        text = (
            f"The issue '{issue['key']}' has subtasks. "
            "You must specify the 'deleteSubtasks' parameter to delete this issue and its subtasks."
        )
        raise refusal.say(text)
    for child in children:
        if child in subtasks:
            _erase(visit, child)
        else:
            history.save(visit, child, child | {"parent": None})
    _erase(visit, issue)
    return Answer(204)


def _erase(visit: Visit, issue: Doc) -> None:
    site = visit.site
    for worklog in site.worklogs.by("issue", issue["id"]):
        site.lost_worklogs.put(worklog["id"], {"id": worklog["id"], "at": site.now})
    for records in (site.worklogs, site.comments, site.remote_links, site.history, site.links):
        for record in records.by("issue", issue["id"]):
            records.delete(record["id"])
    site.drop(issue)


def changelog(visit: Visit) -> Answer:
    entries = visit.site.history.by("issue", visit.issue()["id"])
    return visit.page(entries, lambda entry: history.view(visit, entry), cap=100)


ENDPOINTS = (
    Endpoint("POST", "/issue", WRITE, create),
    Endpoint("POST", "/issue/bulk", WRITE, bulk_create),
    Endpoint("POST", "/issue/bulkfetch", READ, bulk_fetch),
    Endpoint("GET", "/issue/{issue}", READ, read),
    Endpoint("PUT", "/issue/{issue}", WRITE, edit),
    Endpoint("DELETE", "/issue/{issue}", WRITE, delete),
    Endpoint("PUT", "/issue/{issue}/assignee", WRITE, assign),
    Endpoint("GET", "/issue/{issue}/changelog", READ, changelog),
)
