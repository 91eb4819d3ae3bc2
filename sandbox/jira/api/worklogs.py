"""Worklogs: time booked on issues, and the feeds that tell which bookings changed."""

from collections.abc import Iterable

from sandbox.jira.core import clock, duration, history, issue_view, refusal
from sandbox.jira.core.properties import given
from sandbox.jira.core.routes import READ, WRITE, Endpoint
from sandbox.jira.core.visit import Visit
from sandbox.kit.call import Answer
from sandbox.kit.state import Doc

_PAGE, _FEED_PAGE, _LISTED = 5000, 1000, 1000
_HIDDEN = 60.0


def add(visit: Visit) -> Answer:
    issue = visit.open_issue()
    read = _read(visit, visit.body)
    if "seconds" not in read:
        raise refusal.fields({"timeLogged": "You must indicate the time spent working."})
    now = visit.site.now
    worklog = {
        "id": visit.site.next_id(),
        "issue": issue["id"],
        "author": visit.account,
        "editor": visit.account,
        "created": now,
        "updated": now,
        "started": now,
        "comment": None,
        "properties": given(visit.body),
    } | read
    visit.site.worklogs.put(worklog["id"], worklog)
    _book(visit, issue, worklog["seconds"])
    return Answer(201, _view(visit, worklog))


def _read(visit: Visit, body: Doc) -> Doc:
    """What a body says of a worklog; `author` is never listened to."""
    read: Doc = {}
    if body.get("timeSpentSeconds") is not None or body.get("timeSpent"):
        read["seconds"] = _seconds(body)
    if body.get("started") is not None:
        read["started"] = clock.millis(body["started"])
        if read["started"] is None:
            raise refusal.fields({"started": f"Worklog has invalid 'started': {body['started']}"})
    if body.get("comment") is not None:
        read["comment"] = visit.document(body["comment"])
        if read["comment"] is None:
            raise refusal.fields({"comment": "Worklog comment is not a valid document."})
    return read


def _seconds(body: Doc) -> int:
    if body.get("timeSpent") and body.get("timeSpentSeconds") is not None:
        text = "Only one of 'timeSpent' and 'timeSpentSeconds' may be given."
        raise refusal.fields({"timeLogged": text})
    value = body.get("timeSpentSeconds")
    seconds = duration.seconds(str(body["timeSpent"])) if value is None else value
    if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds < 60:
        raise refusal.fields({"timeLogged": "Invalid time duration entered."})
    return seconds - seconds % 60


def _book(visit: Visit, issue: Doc, seconds: int) -> None:
    """Add to what was spent and, unless told otherwise, take from what remains."""
    spent = (issue["spent"] or 0) + seconds
    changed: Doc = {"spent": spent or None}
    how = visit.call.query.get("adjustEstimate", "auto")
    if how == "new":
        changed["remaining"] = _span(visit, "newEstimate")
    elif how == "manual":
        name = "reduceBy" if seconds > 0 else "increaseBy"
        by = _span(visit, name) * (1 if seconds > 0 else -1)
        changed["remaining"] = max(0, (issue["remaining"] or 0) - by)
    elif how == "auto" and issue["remaining"] is not None:
        changed["remaining"] = max(0, issue["remaining"] - seconds)
    history.save(visit, issue, issue | changed)


def _span(visit: Visit, name: str) -> int:
    seconds = duration.seconds(visit.call.query.get(name, ""))
    if seconds is None:
        raise refusal.fields({f"adjustmentAmount_{name}": "You must supply a valid duration."})
    return seconds


def _worklog(visit: Visit) -> Doc:
    worklog = visit.site.worklogs.get(visit["worklog"])
    if worklog is None or worklog["issue"] != visit.issue()["id"]:
        text = f"Cannot find worklog with id: '{visit['worklog']}'."
        raise refusal.say(text, status=404)
    return worklog


def update(visit: Visit) -> Answer:
    issue, before = visit.open_issue(), _worklog(visit)
    changed = _read(visit, visit.body)
    now, account = visit.site.now, visit.account
    properties = before["properties"] | given(visit.body)
    after = before | changed | {"updated": now, "editor": account, "properties": properties}
    visit.site.worklogs.put(after["id"], after)
    if after["seconds"] != before["seconds"]:
        _book(visit, issue, after["seconds"] - before["seconds"])
    return Answer(200, _view(visit, after))


def delete(visit: Visit) -> Answer:
    issue, worklog = visit.open_issue(), _worklog(visit)
    visit.site.worklogs.delete(worklog["id"])
    lost = {"id": worklog["id"], "at": visit.site.now}
    visit.site.lost_worklogs.put(worklog["id"], lost)
    _book(visit, issue, -worklog["seconds"])
    return Answer(204)


def read(visit: Visit) -> Answer:
    return Answer(200, _view(visit, _worklog(visit)))


def of_issue(visit: Visit) -> Answer:
    after, before = visit.number("startedAfter", 0), visit.number("startedBefore", 2**53)
    found = sorted(
        (w for w in visit.site.worklogs.by("issue", visit.issue()["id"])
         if after <= w["started"] < before),
        key=lambda worklog: (worklog["started"], int(worklog["id"])),
    )  # fmt: skip
    start, size = visit.number("startAt", 0), min(visit.number("maxResults", _PAGE), _PAGE)
    shown = [_view(visit, worklog) for worklog in found[start : start + size]]
    page = {"startAt": start, "maxResults": size, "total": len(found), "worklogs": shown}
    return Answer(200, page)


def _view(visit: Visit, worklog: Doc) -> Doc:
    seen = issue_view.worklog(visit, worklog)
    if "properties" in visit.words("expand"):
        seen["properties"] = issue_view.properties(worklog)
    return seen


def updated(visit: Visit) -> Answer:
    seen = (w for w in visit.site.worklogs.values() if _visible(visit, w))
    return _feed(visit, "updated", ((w["updated"], w["id"], w["properties"]) for w in seen))


def deleted(visit: Visit) -> Answer:
    lost = visit.site.lost_worklogs.values() if visit.user else ()
    return _feed(visit, "deleted", ((w["at"], w["id"], {}) for w in lost))


def _feed(visit: Visit, name: str, changes: Iterable[tuple[int, str, Doc]]) -> Answer:
    """Oldest first, a thousand at a time; the last minute is not shown yet."""
    since = visit.number("since", 0)
    hidden = float(visit.site.options.get("hidden_worklog_seconds", _HIDDEN))
    horizon = visit.site.now - round(hidden * 1000)
    due = sorted((at, int(id), held) for at, id, held in changes if since <= at <= horizon)
    page, rest = _page(due)
    until = page[-1][0] if page else since
    expand = "properties" in visit.words("expand")
    body: Doc = {
        "values": [
            {
                "worklogId": id,
                "updatedTime": at,
                "properties": [{"key": k, "value": v} for k, v in held.items()] if expand else [],
            }
            for at, id, held in page
        ],
        "since": since,
        "until": until,
        "self": visit.url(f"worklog/{name}?since={since}"),
        "lastPage": not rest,
    }
    if rest:
        body["nextPage"] = visit.url(f"worklog/{name}?since={until}")
    return Answer(200, body)


def _page(due: list[tuple[int, int, Doc]]) -> tuple[list[tuple[int, int, Doc]], bool]:
    """A page never ends inside a millisecond, lest the next one start at the same place."""
    size = _FEED_PAGE
    while size < len(due) and due[size][0] == due[size - 1][0]:
        size += 1
    return due[:size], size < len(due)


def listed(visit: Visit) -> Answer:
    """The worklogs themselves; those the caller can't see are silently absent."""
    ids = visit.body.get("ids")
    if not isinstance(ids, list) or len(ids) > _LISTED:
        raise refusal.say(f"Up to {_LISTED} ids of worklogs must be given.")
    found = (visit.site.worklogs.get(str(id)) for id in ids)
    return Answer(200, [_view(visit, w) for w in found if w and _visible(visit, w)])


def _visible(visit: Visit, worklog: Doc) -> bool:
    issue = visit.site.issues.get(worklog["issue"])
    project = issue and visit.site.projects.get(issue["project"])
    return bool(project) and visit.site.may_browse(visit.user, project or {})


_OF_ISSUE, _ONE = "/issue/{issue}/worklog", "/issue/{issue}/worklog/{worklog}"
ENDPOINTS = (
    Endpoint("GET", _OF_ISSUE, READ, of_issue),
    Endpoint("POST", _OF_ISSUE, WRITE, add),
    Endpoint("GET", _ONE, READ, read),
    Endpoint("PUT", _ONE, WRITE, update),
    Endpoint("DELETE", _ONE, WRITE, delete),
    Endpoint("GET", "/worklog/updated", READ, updated),
    Endpoint("GET", "/worklog/deleted", READ, deleted),
    Endpoint("POST", "/worklog/list", READ, listed),
)
