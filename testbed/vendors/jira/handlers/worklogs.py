"""Worklogs: the time that people spent on an issue."""

from testbed.vendors.common.call import Response
from testbed.vendors.common.state import Doc
from testbed.vendors.jira import issue_views
from testbed.vendors.jira.endpoints import READ, WRITE, Endpoint
from testbed.vendors.jira.errors import refuse_fields
from testbed.vendors.jira.request_context import RequestContext
from testbed.vendors.jira.times import parse_duration, parse_time

_PAGE = 5000
_LEAST_SECONDS = 60


def add(context: RequestContext) -> Response:
    issue, body, now = context.issue(), context.body, context.site.now
    worklog = {
        "id": context.site.next_id(),
        "issue": issue["id"],
        "author": context.account,
        "created": now,
        "started": _started(body) or now,
        "seconds": _seconds(body),
    }
    context.site.worklogs.put(worklog["id"], worklog)
    _reduce_estimate(context, issue, worklog["seconds"])
    return Response(201, issue_views.worklog(context, worklog))


def _seconds(body: Doc) -> int:
    seconds = body.get("timeSpentSeconds")
    if seconds is None:
        seconds = parse_duration(str(body.get("timeSpent") or ""))
    if not isinstance(seconds, int) or seconds < _LEAST_SECONDS:
        raise refuse_fields({"timeLogged": "Invalid time duration entered."})
    return seconds - seconds % 60


def _started(body: Doc) -> int | None:
    started = parse_time(body.get("started"))
    if started is None and body.get("started") is not None:
        raise refuse_fields({"started": f"Worklog has invalid 'started': {body['started']}"})
    return started


def _reduce_estimate(context: RequestContext, issue: Doc, seconds: int) -> None:
    changes: Doc = {"spent": (issue["spent"] or 0) + seconds, "updated": context.site.now}
    if issue["remaining"] is not None:
        changes["remaining"] = max(0, issue["remaining"] - seconds)
    context.site.issues.put(issue["id"], issue | changes)


def list_worklogs(context: RequestContext) -> Response:
    found = context.site.worklogs.by("issue", context.issue()["id"])
    found.sort(key=lambda worklog: (worklog["started"], int(worklog["id"])))
    start, size = context.number("startAt", 0), min(context.number("maxResults", _PAGE), _PAGE)
    shown = [issue_views.worklog(context, worklog) for worklog in found[start : start + size]]
    page = {"startAt": start, "maxResults": size, "total": len(found)}
    return Response(200, page | {"worklogs": shown})


_PATH = "/issue/{issue}/worklog"
ENDPOINTS = (
    Endpoint("GET", _PATH, READ, list_worklogs),
    Endpoint("POST", _PATH, WRITE, add),
)
