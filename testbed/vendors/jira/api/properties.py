"""Properties: JSON values under the caller's own keys, on projects, issues and their parts."""

from collections.abc import Callable

from testbed.vendors.common.call import Answer, Refusal
from testbed.vendors.common.state import Collection, Doc
from testbed.vendors.jira.core import refusal
from testbed.vendors.jira.core.properties import fit
from testbed.vendors.jira.core.routes import PROJECT, READ, WRITE, Endpoint
from testbed.vendors.jira.core.visit import Visit


class _Holder:
    """The four calls on the properties of one kind of record."""

    def __init__(
        self,
        path: str,
        records: Callable[[Visit], Collection],
        seen: Callable[[Visit], Doc],
        own: Callable[[Visit], Doc],
        scope: str,
    ) -> None:
        self._path, self._scope = path, scope
        self._records, self._seen, self._own = records, seen, own

    def keys(self, visit: Visit) -> Answer:
        base = visit.base + visit.call.path
        keys = self._seen(visit)["properties"]
        return Answer(200, {"keys": [{"self": f"{base}/{key}", "key": key} for key in keys]})

    def get(self, visit: Visit) -> Answer:
        key, held = visit["property"], self._seen(visit)["properties"]
        if key not in held:
            raise _missing(key)
        return Answer(200, {"key": key, "value": held[key]})

    def put(self, visit: Visit) -> Answer:
        key, doc = visit["property"], self._own(visit)
        held = doc["properties"]
        value = fit(key, visit.sent)
        self._records(visit).put(doc["id"], doc | {"properties": {**held, key: value}})
        return Answer(200 if key in held else 201)

    def delete(self, visit: Visit) -> Answer:
        key, doc = visit["property"], self._own(visit)
        if key not in doc["properties"]:
            raise _missing(key)
        left = {name: value for name, value in doc["properties"].items() if name != key}
        self._records(visit).put(doc["id"], doc | {"properties": left})
        return Answer(204)

    def endpoints(self) -> tuple[Endpoint, ...]:
        one = self._path + "/{property}"
        return (
            Endpoint("GET", self._path, READ, self.keys),
            Endpoint("GET", one, READ, self.get),
            Endpoint("PUT", one, self._scope, self.put),
            Endpoint("DELETE", one, self._scope, self.delete),
        )


def _missing(key: str) -> Refusal:
    return refusal.say(f"The property with key '{key}' does not exist.", status=404)


def _part(kind: str, records: Callable[[Visit], Collection]) -> Callable[[Visit], Doc]:
    def found(visit: Visit) -> Doc:
        doc = records(visit).get(visit[kind])
        if doc is None or doc["issue"] != visit.issue()["id"]:
            raise refusal.say(f"Cannot find {kind} with id: '{visit[kind]}'.", status=404)
        return doc

    return found


def _on_comment(visit: Visit) -> Doc:
    doc = visit.site.comments.get(visit["comment"])
    if doc is None:
        raise refusal.say(f"Can not find a comment for the id: {visit['comment']}.", status=404)
    visit.issue(doc["issue"])
    return doc


_PROJECTS = _Holder(
    "/project/{project}/properties",
    lambda visit: visit.site.projects,
    lambda visit: visit.project(),
    lambda visit: visit.own_project(),
    PROJECT,
)
_ISSUES = _Holder(
    "/issue/{issue}/properties",
    lambda visit: visit.site.issues,
    lambda visit: visit.issue(),
    lambda visit: visit.open_issue(),
    WRITE,
)
_worklog = _part("worklog", lambda visit: visit.site.worklogs)
_WORKLOGS = _Holder(
    "/issue/{issue}/worklog/{worklog}/properties",
    lambda visit: visit.site.worklogs,
    _worklog,
    _worklog,
    WRITE,
)
_COMMENTS = _Holder(
    "/comment/{comment}/properties",
    lambda visit: visit.site.comments,
    _on_comment,
    _on_comment,
    WRITE,
)
ENDPOINTS = (
    *_PROJECTS.endpoints(),
    *_ISSUES.endpoints(),
    *_WORKLOGS.endpoints(),
    *_COMMENTS.endpoints(),
)
