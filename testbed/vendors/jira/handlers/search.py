"""The search for issues by JQL, in pages that have no total."""

from testbed.vendors.common.call import Response
from testbed.vendors.common.state import Doc
from testbed.vendors.jira import issue_views
from testbed.vendors.jira.endpoints import READ, Endpoint
from testbed.vendors.jira.errors import refuse
from testbed.vendors.jira.jql import InvalidJql, matches, parse
from testbed.vendors.jira.request_context import RequestContext

_MOST, _MOST_ANSWERED = 5000, 100


def search(context: RequestContext) -> Response:
    size, fields = context.number("maxResults", 50), context.words("fields")
    if not 1 <= size <= _MOST:
        raise refuse(f"The value of 'maxResults' must be between 1 and {_MOST}.")
    found, start = _found(context), _start(context)
    end = start + min(size, _MOST_ANSWERED)
    body: Doc = {"issues": [_view(context, issue, fields) for issue in found[start:end]]}
    if end < len(found):
        return Response(200, body | {"isLast": False, "nextPageToken": f"from-{end}"})
    return Response(200, body | {"isLast": True})


def _found(context: RequestContext) -> list[Doc]:
    site = context.site
    try:
        clauses = parse(context.call.query.get("jql", ""))
    except InvalidJql as error:
        raise refuse(str(error)) from None
    return [
        issue
        for project in site.projects.values()
        if site.may_browse(context.user, project)
        for issue in site.issues.by("project", project["id"])
        if matches(site, clauses, issue)
    ]


def _start(context: RequestContext) -> int:
    token = context.call.query.get("nextPageToken", "from-0").removeprefix("from-")
    if not token.isdigit():
        raise refuse("The provided next page token is invalid or expired.")
    return int(token)


def _view(context: RequestContext, issue: Doc, fields: list[str]) -> Doc:
    """An issue; without fields it is its id only."""
    return issue_views.issue(context, issue, fields) if fields else {"id": issue["id"]}


ENDPOINTS = (Endpoint("GET", "/search/jql", READ, search),)
