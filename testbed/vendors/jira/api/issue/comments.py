"""Comments on issues, and the people who watch them."""

from testbed.vendors.common.call import Answer
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import entries, refusal, views
from testbed.vendors.jira.core.properties import given
from testbed.vendors.jira.core.routes import READ, WRITE, Endpoint
from testbed.vendors.jira.core.visit import Visit

_PAGE = 100


def add(visit: Visit) -> Answer:
    issue, now = visit.open_issue(), visit.site.now
    comment = {
        "id": visit.site.next_id(),
        "issue": issue["id"],
        "author": visit.account,
        "editor": visit.account,
        "created": now,
        "updated": now,
        "body": _body(visit),
        "properties": given(visit.body),
    }
    visit.site.comments.put(comment["id"], comment)
    visit.site.save(issue | {"updated": now})
    return Answer(201, entries.comment(visit, comment))


def _body(visit: Visit) -> Doc:
    document = visit.document(visit.body.get("body"))
    if document is None or not document["content"]:
        raise refusal.fields({"comment": "Comment body is not valid!"})
    return document


def _comment(visit: Visit) -> Doc:
    comment = visit.site.comments.get(visit["comment"])
    if comment is None or comment["issue"] != visit.issue()["id"]:
        text = f"Can not find a comment for the id: {visit['comment']}."
        raise refusal.say(text, status=404)
    return comment


def read(visit: Visit) -> Answer:
    return Answer(200, entries.comment(visit, _comment(visit)))


def update(visit: Visit) -> Answer:
    visit.open_issue()
    comment = _comment(visit)
    changed = {"body": _body(visit), "updated": visit.site.now, "editor": visit.account}
    visit.site.comments.put(comment["id"], comment | changed)
    return Answer(200, entries.comment(visit, comment | changed))


def delete(visit: Visit) -> Answer:
    visit.open_issue()
    visit.site.comments.delete(_comment(visit)["id"])
    return Answer(204)


def of_issue(visit: Visit) -> Answer:
    found = visit.site.comments.by("issue", visit.issue()["id"])
    if visit.call.query.get("orderBy", "created").startswith("-"):
        found.reverse()
    start, size = visit.number("startAt", 0), min(visit.number("maxResults", _PAGE), _PAGE)
    shown = [entries.comment(visit, comment) for comment in found[start : start + size]]
    page = {"startAt": start, "maxResults": size, "total": len(found), "comments": shown}
    return Answer(200, page)


def watchers(visit: Visit) -> Answer:
    issue = visit.issue()
    seen = {
        "self": visit.url(f"issue/{issue['key']}/watchers"),
        "isWatching": visit.account in issue["watchers"],
        "watchCount": len(issue["watchers"]),
        "watchers": [views.user(visit, account) for account in issue["watchers"]],
    }
    return Answer(200, seen)


def watch(visit: Visit) -> Answer:
    """The body is a bare account id; without one the caller watches. Again changes nothing."""
    issue = visit.open_issue()
    account = visit.sent if visit.call.body else visit.account
    if visit.site.user(str(account)) is None:
        raise refusal.say(f"The user '{account}' does not exist.", status=404)
    if account not in issue["watchers"]:
        watched = {"watchers": [*issue["watchers"], account]}
        visit.site.issues.put(issue["id"], issue | watched)
    return Answer(204)


def unwatch(visit: Visit) -> Answer:
    issue = visit.open_issue()
    account = visit.call.query.get("accountId", visit.call.query.get("username"))
    if not account:
        raise refusal.say("The account id of the watcher is required.")
    if account in issue["watchers"]:
        left = [watcher for watcher in issue["watchers"] if watcher != account]
        visit.site.issues.put(issue["id"], issue | {"watchers": left})
    return Answer(204)


_OF_ISSUE, _ONE = "/issue/{issue}/comment", "/issue/{issue}/comment/{comment}"
ENDPOINTS = (
    Endpoint("GET", _OF_ISSUE, READ, of_issue),
    Endpoint("POST", _OF_ISSUE, WRITE, add),
    Endpoint("GET", _ONE, READ, read),
    Endpoint("PUT", _ONE, WRITE, update),
    Endpoint("DELETE", _ONE, WRITE, delete),
    Endpoint("GET", "/issue/{issue}/watchers", READ, watchers),
    Endpoint("POST", "/issue/{issue}/watchers", WRITE, watch),
    Endpoint("DELETE", "/issue/{issue}/watchers", WRITE, unwatch),
)
