"""Worklogs: time booked on issues."""

from testbed.vendors.common.call import Answer
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import clock, duration, entries, history, refusal
from testbed.vendors.jira.core.properties import given
from testbed.vendors.jira.core.routes import READ, WRITE, Endpoint
from testbed.vendors.jira.core.visit import Visit

_PAGE = 5000


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
    return Answer(201, entries.worklog(visit, worklog))


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
    return Answer(200, entries.worklog(visit, after))


def delete(visit: Visit) -> Answer:
    issue, worklog = visit.open_issue(), _worklog(visit)
    visit.site.worklogs.delete(worklog["id"])
    lost = {"id": worklog["id"], "at": visit.site.now}
    visit.site.lost_worklogs.put(worklog["id"], lost)
    _book(visit, issue, -worklog["seconds"])
    return Answer(204)


def read(visit: Visit) -> Answer:
    return Answer(200, entries.worklog(visit, _worklog(visit)))


def of_issue(visit: Visit) -> Answer:
    after, before = visit.number("startedAfter", 0), visit.number("startedBefore", 2**53)
    found = sorted(
        (w for w in visit.site.worklogs.by("issue", visit.issue()["id"])
         if after <= w["started"] < before),
        key=lambda worklog: (worklog["started"], int(worklog["id"])),
    )  # fmt: skip
    start, size = visit.number("startAt", 0), min(visit.number("maxResults", _PAGE), _PAGE)
    shown = [entries.worklog(visit, worklog) for worklog in found[start : start + size]]
    page = {"startAt": start, "maxResults": size, "total": len(found), "worklogs": shown}
    return Answer(200, page)


_OF_ISSUE, _ONE = "/issue/{issue}/worklog", "/issue/{issue}/worklog/{worklog}"
ENDPOINTS = (
    Endpoint("GET", _OF_ISSUE, READ, of_issue),
    Endpoint("POST", _OF_ISSUE, WRITE, add),
    Endpoint("GET", _ONE, READ, read),
    Endpoint("PUT", _ONE, WRITE, update),
    Endpoint("DELETE", _ONE, WRITE, delete),
)
