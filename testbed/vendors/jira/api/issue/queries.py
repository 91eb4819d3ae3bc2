"""Run JQL over the index, and tell of a query without showing what it finds."""

from testbed.vendors.common.call import Answer
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import refusal
from testbed.vendors.jira.core.routes import READ, Endpoint
from testbed.vendors.jira.core.site import LIVE
from testbed.vendors.jira.core.visit import Visit
from testbed.vendors.jira.jql.match import Scalar
from testbed.vendors.jira.jql.parse import parse
from testbed.vendors.jira.jql.query import Condition, Malformed, Order, Query
from testbed.vendors.jira.jql.terms import Terms

_UNBOUNDED = (
    "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
)


def find(visit: Visit, jql: str, fresh: frozenset[str] = frozenset()) -> list[Doc]:
    """The issues that fit, as the index has them; strangers see none."""
    matcher = Terms(visit.site, visit.user).matcher()
    try:
        query = parse(jql)
        test = matcher.test(_bounded(query))
        projects = matcher.values(query, "project")
        order = query.order or (Order("rank", descending=True),)
        candidates = _candidates(visit, projects, fresh)
        return matcher.ordered([issue for issue in candidates if test(issue)], order)
    except Malformed as bad:
        raise refusal.say(str(bad)) from None


def _bounded(query: Query) -> Condition:
    if query.condition is None:
        raise Malformed(_UNBOUNDED)
    return query.condition


def _candidates(visit: Visit, projects: set[Scalar] | None, fresh: frozenset[str]) -> list[Doc]:
    site = visit.site
    live = [p["id"] for p in site.projects.values() if p["state"] == LIVE and visit.user]
    places = {id_ for id_ in live if projects is None or id_ in projects}
    current = {issue["id"]: issue for id_ in places for issue in site.issues.by("project", id_)}
    shown = site.lag.shown(current, fresh, site.now)
    return [issue for issue in shown if issue["project"] in places]


def count(visit: Visit) -> Answer:
    return Answer(200, {"count": len(find(visit, str(visit.body.get("jql") or "")))})


def check(visit: Visit) -> Answer:
    """Whether queries can be read, without running them."""
    queries = visit.body.get("queries") or []
    return Answer(200, {"queries": [_checked(visit, str(jql)) for jql in queries]})


def _checked(visit: Visit, jql: str) -> Doc:
    try:
        query = parse(jql)
        if query.condition is not None:
            Terms(visit.site, visit.user).matcher().test(query.condition)
    except Malformed as bad:
        return {"query": jql, "errors": [str(bad)]}
    return {"query": jql, "structure": {}}


def match(visit: Visit) -> Answer:
    """Which of the issues fit which of the queries."""
    ids = {str(id_) for id_ in visit.body.get("issueIds") or []}
    matches = []
    for jql in visit.body.get("jqls") or []:
        found = find(visit, str(jql))
        matches.append(
            {"matchedIssues": [int(i["id"]) for i in found if i["id"] in ids], "errors": []}
        )
    return Answer(200, {"matches": matches})


ENDPOINTS = (
    Endpoint("POST", "/search/approximate-count", READ, count),
    Endpoint("POST", "/jql/parse", READ, check),
    Endpoint("POST", "/jql/match", READ, match),
)
