"""Links from issues to the world outside, one for each global id."""

from testbed.vendors.common.call import Answer, Refusal
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import refusal
from testbed.vendors.jira.core.routes import READ, WRITE, Endpoint
from testbed.vendors.jira.core.visit import Visit

_GLOBAL_ID_LENGTH = 255


def upsert(visit: Visit) -> Answer:
    """One link for each global id: the first call makes it, the next ones rewrite it."""
    issue, wanted = visit.open_issue(), _remote(visit)
    same = [
        held
        for held in visit.site.remote_links.by("issue", issue["id"])
        if wanted["globalId"] and held["globalId"] == wanted["globalId"]
    ]
    id_ = same[0]["id"] if same else visit.site.next_id()
    visit.site.remote_links.put(id_, {"id": id_, "issue": issue["id"], **wanted})
    address = visit.url(f"issue/{issue['id']}/remotelink/{id_}")
    return Answer(200 if same else 201, {"id": int(id_), "self": address})


def _remote(visit: Visit) -> Doc:
    body = visit.body
    held = body.get("object")
    if not isinstance(held, dict):
        raise refusal.fields({"object": "'object' is required."})
    errors = {name: f"'{name}' is required." for name in ("url", "title") if not held.get(name)}
    if len(str(body.get("globalId") or "")) > _GLOBAL_ID_LENGTH:
        errors["globalId"] = f"'globalId' must not exceed {_GLOBAL_ID_LENGTH} characters."
    if errors:
        raise refusal.fields(errors)
    return {
        "globalId": body.get("globalId"),
        "application": body.get("application") or {},
        "relationship": body.get("relationship"),
        "object": held,
    }


def remote(visit: Visit) -> Answer:
    held = visit.site.remote_links.by("issue", visit.issue()["id"])
    wanted = visit.call.query.get("globalId")
    if wanted is None:
        return Answer(200, [_view(visit, doc) for doc in held])
    for doc in held:
        if doc["globalId"] == wanted:
            return Answer(200, _view(visit, doc))
    raise _no_remote(wanted)


def _no_remote(name: str) -> Refusal:
    return refusal.say(f"No remote issue link with id '{name}' exists for issue.", status=404)


def _remote_by_id(visit: Visit) -> Doc:
    doc = visit.site.remote_links.get(visit["link"])
    if doc is None or doc["issue"] != visit.issue()["id"]:
        raise _no_remote(visit["link"])
    return doc


def _view(visit: Visit, doc: Doc) -> Doc:
    address = visit.url(f"issue/{doc['issue']}/remotelink/{doc['id']}")
    seen = {name: doc[name] for name in ("globalId", "application", "relationship", "object")}
    filled = {name: value for name, value in seen.items() if value is not None}
    return {"id": int(doc["id"]), "self": address, **filled}


def remote_by_id(visit: Visit) -> Answer:
    return Answer(200, _view(visit, _remote_by_id(visit)))


def rewrite(visit: Visit) -> Answer:
    visit.open_issue()
    doc = _remote_by_id(visit)
    visit.site.remote_links.put(doc["id"], doc | _remote(visit))
    return Answer(204)


def drop_by_id(visit: Visit) -> Answer:
    visit.open_issue()
    visit.site.remote_links.delete(_remote_by_id(visit)["id"])
    return Answer(204)


def drop_by_global_id(visit: Visit) -> Answer:
    issue, wanted = visit.open_issue(), visit.call.query.get("globalId", "")
    for doc in visit.site.remote_links.by("issue", issue["id"]):
        if doc["globalId"] == wanted:
            visit.site.remote_links.delete(doc["id"])
            return Answer(204)
    raise _no_remote(wanted)


_REMOTE = "/issue/{issue}/remotelink"
ENDPOINTS = (
    Endpoint("POST", _REMOTE, WRITE, upsert),
    Endpoint("GET", _REMOTE, READ, remote),
    Endpoint("DELETE", _REMOTE, WRITE, drop_by_global_id),
    Endpoint("GET", _REMOTE + "/{link}", READ, remote_by_id),
    Endpoint("PUT", _REMOTE + "/{link}", WRITE, rewrite),
    Endpoint("DELETE", _REMOTE + "/{link}", WRITE, drop_by_id),
)
