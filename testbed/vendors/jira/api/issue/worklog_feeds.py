"""Feeds of the whole site: which worklogs changed or went, and the worklogs by id."""

from collections.abc import Iterable

from testbed.vendors.common.call import Answer
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import entries, refusal
from testbed.vendors.jira.core.routes import READ, Endpoint
from testbed.vendors.jira.core.visit import Visit

_FEED_PAGE, _LISTED = 1000, 1000
_HIDDEN = 60.0


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
    due = sorted((at, int(id_), held) for at, id_, held in changes if since <= at <= horizon)
    page, rest = _page(due)
    until = page[-1][0] if page else since
    expand = "properties" in visit.words("expand")
    body: Doc = {
        "values": [
            {
                "worklogId": id_,
                "updatedTime": at,
                "properties": [{"key": k, "value": v} for k, v in held.items()] if expand else [],
            }
            for at, id_, held in page
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
    found = (visit.site.worklogs.get(str(id_)) for id_ in ids)
    return Answer(200, [entries.worklog(visit, w) for w in found if w and _visible(visit, w)])


def _visible(visit: Visit, worklog: Doc) -> bool:
    issue = visit.site.issues.get(worklog["issue"])
    project = issue and visit.site.projects.get(issue["project"])
    return bool(project) and visit.site.may_browse(visit.user, project or {})


ENDPOINTS = (
    Endpoint("GET", "/worklog/updated", READ, updated),
    Endpoint("GET", "/worklog/deleted", READ, deleted),
    Endpoint("POST", "/worklog/list", READ, listed),
)
