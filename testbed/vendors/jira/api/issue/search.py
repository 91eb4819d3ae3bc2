"""Search by JQL: over an index that lags, in pages that know no total."""

import base64
import hashlib
import json
from typing import NamedTuple

from testbed.vendors.common.call import Answer, Refusal
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.api.issue.queries import find
from testbed.vendors.jira.core import issue_view, refusal
from testbed.vendors.jira.core.routes import READ, Endpoint
from testbed.vendors.jira.core.visit import Visit

_PAYLOAD = "Invalid request payload. Refer to the REST API documentation and try again."
_GONE = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
    "A full migration guideline is available at "
    "https://developer.atlassian.com/changelog/#CHANGE-2046"
)
_KNOWN = {
    "jql", "nextPageToken", "maxResults", "fields", "expand", "properties", "fieldsByKeys",
    "failFast", "reconcileIssues",
}  # fmt: skip
_MOST, _MOST_WITH_FIELDS, _MOST_FRESH, _MOST_PROPERTIES = 5000, 100, 50, 5
_TOKEN_LIFE = 7 * 24 * 3600 * 1000


class _Asked(NamedTuple):
    jql: str
    token: str
    size: int
    fields: list[str]
    properties: list[str]
    fresh: frozenset[str]


def by_query(visit: Visit) -> Answer:
    query = visit.call.query
    asked = _Asked(
        query.get("jql", ""),
        query.get("nextPageToken", ""),
        _size(visit.number("maxResults", 50)),
        visit.words("fields"),
        visit.words("properties"),
        _fresh(visit.words("reconcileIssues")),
    )
    return _answer(visit, asked)


def by_body(visit: Visit) -> Answer:
    body = visit.body
    if not body.keys() <= _KNOWN:
        raise Refusal(Answer(400, {"errorMessages": [_PAYLOAD]}))
    asked = _Asked(
        str(body.get("jql") or ""),
        str(body.get("nextPageToken") or ""),
        _size(body.get("maxResults", 50)),
        [str(name) for name in body.get("fields") or []],
        _listed(body.get("properties")),
        _fresh(body.get("reconcileIssues") or []),
    )
    return _answer(visit, asked)


def _listed(value: object) -> list[str]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [str(part) for part in value] if isinstance(value, list) else []


def _size(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST:
        raise refusal.say(f"The value of 'maxResults' must be between 1 and {_MOST}.")
    return value


def _fresh(ids: object) -> frozenset[str]:
    listed = ids if isinstance(ids, list) else []
    if len(listed) > _MOST_FRESH or not all(str(id_).isdigit() for id_ in listed):
        raise refusal.say(f"'reconcileIssues' takes up to {_MOST_FRESH} ids of issues.")
    return frozenset(str(id_) for id_ in listed)


def _answer(visit: Visit, asked: _Asked) -> Answer:
    if len(asked.properties) > _MOST_PROPERTIES:
        raise refusal.say(f"No more than {_MOST_PROPERTIES} properties can be asked for.")
    found = find(visit, asked.jql, asked.fresh)
    start = _start(visit, asked)
    only_ids = not asked.properties and set(asked.fields) <= {"id", "key"}
    size = asked.size if only_ids else min(asked.size, _MOST_WITH_FIELDS)
    body: Doc = {
        "issues": [_view(visit, issue, asked) for issue in found[start : start + size]],
        "isLast": start + size >= len(found),
    }
    if not body["isLast"]:
        body["nextPageToken"] = _token(visit, asked.jql, start + size)
    return Answer(200, body)


def _view(visit: Visit, issue: Doc, asked: _Asked) -> Doc:
    if not asked.fields and not asked.properties:
        return {"id": issue["id"]}
    current = visit.site.issues.get(issue["id"]) or issue
    seen = issue | {"properties": current["properties"]} if asked.properties else issue
    return issue_view.issue(visit, seen, asked.fields, asked.properties)


def _token(visit: Visit, jql: str, start: int) -> str:
    content = json.dumps([start, _digest(jql), visit.site.now + _TOKEN_LIFE])
    return base64.urlsafe_b64encode(content.encode()).decode()


def _digest(jql: str) -> str:
    return hashlib.blake2b(jql.encode(), digest_size=6).hexdigest()


def _start(visit: Visit, asked: _Asked) -> int:
    if not asked.token:
        return 0
    try:
        start, digest, until = json.loads(base64.urlsafe_b64decode(asked.token))
    except ValueError:
        raise refusal.say("The provided next page token is invalid or expired.") from None
    if digest != _digest(asked.jql) or until < visit.site.now:
        raise refusal.say("The provided next page token is invalid or expired.")
    return int(start)


def gone(_: Visit) -> Answer:
    """The old search, which Atlassian took away."""
    return refusal.say(_GONE, status=410).answer


ENDPOINTS = (
    Endpoint("GET", "/search/jql", READ, by_query),
    Endpoint("POST", "/search/jql", READ, by_body),
    Endpoint("GET", "/search", "", gone),
    Endpoint("POST", "/search", "", gone),
)
