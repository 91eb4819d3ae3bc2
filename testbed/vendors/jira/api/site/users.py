"""People: found by what they show of themselves, known by their account id."""

from testbed.vendors.common.call import Answer
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import refusal, views
from testbed.vendors.jira.core.routes import PEOPLE, Endpoint
from testbed.vendors.jira.core.visit import Visit


def _matching(visit: Visit) -> list[Doc]:
    query = visit.call.query
    text = query.get("query", query.get("username", "")).casefold()
    account = query.get("accountId")
    found = [
        user
        for user in visit.site.facts["users"]
        if visit.user
        and (account is None or user["accountId"] == account)
        and any(
            text in user[name].casefold() for name in ("displayName", "emailAddress", "accountId")
        )
    ]
    start, size = visit.number("startAt", 0), visit.number("maxResults", 50)
    return found[start : start + size]


def _answer(visit: Visit, found: list[Doc]) -> Answer:
    return Answer(200, [views.user(visit, user["accountId"]) for user in found])


def search(visit: Visit) -> Answer:
    if not {"query", "accountId", "property", "username"} & set(visit.call.query):
        raise refusal.say("One of 'query', 'accountId' or 'property' is required.")
    return _answer(visit, _matching(visit))


def assignable(visit: Visit) -> Answer:
    query = visit.call.query
    if not {"project", "issueKey", "issueId"} & set(query):
        raise refusal.say("One of 'project', 'issueKey' or 'issueId' is required.")
    if not {"query", "accountId", "username"} & set(query):
        raise refusal.say("One of 'query' or 'accountId' is required.")
    if project := query.get("project"):
        visit.project(project)
    else:
        visit.issue(query.get("issueKey") or query.get("issueId"))
    return _answer(visit, _matching(visit))


def bulk(visit: Visit) -> Answer:
    wanted = visit.call.query.getlist("accountId")
    if not wanted:
        raise refusal.say("'accountId' is required.")
    found = [user for user in visit.site.facts["users"] if user["accountId"] in wanted]
    return visit.page(
        found if visit.user else [], lambda user: views.user(visit, user["accountId"]) or {}
    )


def read(visit: Visit) -> Answer:
    account = visit.call.query.get("accountId", visit.call.query.get("username", ""))
    seen = views.user(visit, account) if visit.user else None
    if seen is None:
        text = "Specified user does not exist or you do not have required permissions"
        raise refusal.say(text, status=404)
    return Answer(200, seen)


def email(_: Visit) -> Answer:
    """Only apps that Atlassian approved may ask."""
    raise refusal.say("You are not authorized to perform this action.", status=403)


ENDPOINTS = (
    Endpoint("GET", "/user", PEOPLE, read),
    Endpoint("GET", "/user/search", PEOPLE, search),
    Endpoint("GET", "/user/assignable/search", PEOPLE, assignable),
    Endpoint("GET", "/user/bulk", PEOPLE, bulk),
    Endpoint("GET", "/user/email", PEOPLE, email),
)
