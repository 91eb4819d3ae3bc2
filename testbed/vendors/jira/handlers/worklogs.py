"""Worklogs: the time that people spent on an issue."""

from testbed.vendors.common.call import Response
from testbed.vendors.common.state import Collection, Doc
from testbed.vendors.jira import issue_views
from testbed.vendors.jira.endpoints import READ, WRITE, Endpoint
from testbed.vendors.jira.errors import refuse, refuse_fields
from testbed.vendors.jira.request_context import RequestContext
from testbed.vendors.jira.times import parse_duration, parse_time

_PAGE = 5000
# A page of the feeds, and the most ids of a list: docs/rest/issue-worklogs
_FEED_PAGE = 1000
# The feeds leave out what is younger, in milliseconds.
_HIDDEN = 60_000
_LEAST_SECONDS = 60


def add(context: RequestContext) -> Response:
    issue, body, now = context.issue(), context.body, context.site.now
    worklog = {
        "id": context.site.next_id(),
        "issue": issue["id"],
        "author": context.account,
        "created": now,
        "updated": now,
        "started": _started(body) or now,
        "seconds": _seconds(body),
    }
    context.site.worklogs.put(worklog["id"], worklog)
    _reduce_estimate(context, issue, worklog["seconds"])
    return Response(201, issue_views.worklog(context, worklog))


def change(context: RequestContext) -> Response:
    issue, worklog, body = context.issue(), _worklog(context), context.body
    changes: Doc = {"updated": context.site.now}
    if body.keys() & {"timeSpent", "timeSpentSeconds"}:
        changes["seconds"] = _seconds(body)
    if started := _started(body):
        changes["started"] = started
    after = worklog | changes
    context.site.worklogs.put(worklog["id"], after)
    _reduce_estimate(context, issue, after["seconds"] - worklog["seconds"])
    return Response(200, issue_views.worklog(context, after))


def delete(context: RequestContext) -> Response:
    issue, worklog = context.issue(), _worklog(context)
    context.site.worklogs.delete(worklog["id"])
    context.site.deleted_worklogs.put(
        worklog["id"], {"id": worklog["id"], "updated": context.site.now}
    )
    _reduce_estimate(context, issue, -worklog["seconds"])
    return Response(204)


def _worklog(context: RequestContext) -> Doc:
    worklog = context.site.worklogs.get(context["worklog"])
    if worklog is None or worklog["issue"] != context.issue()["id"]:
        raise refuse(f"Cannot find worklog with id: '{context['worklog']}'.", status=404)
    return worklog


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


def updated(context: RequestContext) -> Response:
    return _feed(context, context.site.worklogs)


def deleted(context: RequestContext) -> Response:
    return _feed(context, context.site.deleted_worklogs)


def _feed(context: RequestContext, worklogs: Collection) -> Response:
    """A page of ids, the oldest change first, without the last minute."""
    since, now = context.number("since", 0), context.site.now
    moments = ((doc["updated"], int(doc["id"])) for doc in worklogs.values())
    found = sorted(each for each in moments if since < each[0] <= now - _HIDDEN)
    page = found[:_FEED_PAGE]
    until = page[-1][0] if page else since
    return Response(
        200,
        {
            "values": [
                {"worklogId": id_, "updatedTime": moment, "properties": []} for moment, id_ in page
            ],
            "since": since,
            "until": until,
            "self": context.base + context.call.path + f"?since={since}",
            "nextPage": context.base + context.call.path + f"?since={until}",
            "lastPage": len(found) <= _FEED_PAGE,
        },
    )


def read_many(context: RequestContext) -> Response:
    """Those among the ids that the caller may see; the others are left out without a word."""
    ids = context.body.get("ids")
    if not isinstance(ids, list) or len(ids) > _FEED_PAGE:
        raise refuse(f"At most {_FEED_PAGE} worklog ids can be read at once.")
    found = (context.site.worklogs.get(str(id_)) for id_ in ids)
    seen = [worklog for worklog in found if worklog and _is_visible(context, worklog)]
    return Response(200, [issue_views.worklog(context, worklog) for worklog in seen])


def _is_visible(context: RequestContext, worklog: Doc) -> bool:
    issue = context.site.issue(worklog["issue"])
    project = context.site.projects.get(issue["project"]) if issue else None
    return project is not None and context.site.may_browse(context.user, project)


_PATH = "/issue/{issue}/worklog"
_ONE = _PATH + "/{worklog}"
ENDPOINTS = (
    Endpoint("GET", "/worklog/updated", READ, updated),
    Endpoint("GET", "/worklog/deleted", READ, deleted),
    Endpoint("POST", "/worklog/list", READ, read_many),
    Endpoint("GET", _PATH, READ, list_worklogs),
    Endpoint("POST", _PATH, WRITE, add),
    Endpoint("PUT", _ONE, WRITE, change),
    Endpoint("DELETE", _ONE, WRITE, delete),
)
