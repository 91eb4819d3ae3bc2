"""Links between issues, which repeat harmlessly, and links to the world outside, by global id."""

from sandbox.jira.core import issue_view, refusal
from sandbox.jira.core.routes import READ, WRITE, Endpoint
from sandbox.jira.core.visit import Visit
from sandbox.kit.call import Answer
from sandbox.kit.state import Doc

_GLOBAL_ID_LENGTH = 255


def link(visit: Visit) -> Answer:
    """An empty answer without an id; a link that is there already is not made again."""
    body = visit.body
    kind = _kind(visit, body.get("type"))
    inward, outward = _end(visit, body, "inwardIssue"), _end(visit, body, "outwardIssue")
    if inward["id"] == outward["id"]:
        raise refusal.say("You cannot link an issue to itself.")
    ends = {"type": kind, "inward": inward["id"], "outward": outward["id"]}
    held = visit.site.links.by("issue", inward["id"])
    if not any(ends.items() <= other.items() for other in held):
        id = visit.site.next_id()
        visit.site.links.put(id, {"id": id, **ends})
    if body.get("comment"):
        _comment(visit, outward, body["comment"])
    return Answer(201)


def _comment(visit: Visit, issue: Doc, comment: Doc) -> None:
    document = visit.document(comment.get("body"))
    if document is None:
        raise refusal.fields({"comment": "Comment body is not valid!"})
    id, now, account = visit.site.next_id(), visit.site.now, visit.account
    who = {"author": account, "editor": account, "created": now, "updated": now}
    doc = {"id": id, "issue": issue["id"], "body": document, "properties": {}, **who}
    visit.site.comments.put(id, doc)


def _kind(visit: Visit, value: object) -> str:
    for kind in visit.site.facts["linkTypes"]:
        if isinstance(value, dict) and (
            value.get("id") == kind["id"] or value.get("name") == kind["name"]
        ):
            return str(kind["id"])
    name = value.get("name") if isinstance(value, dict) else value
    raise refusal.say(f"No issue link type with name '{name}' found.", status=404)


def _end(visit: Visit, body: Doc, name: str) -> Doc:
    ref = body.get(name)
    if not isinstance(ref, dict):
        raise refusal.say(f"The '{name}' of the link is required.")
    return visit.open_issue(str(ref.get("id") or ref.get("key")))


def _held(visit: Visit) -> Doc:
    found = visit.site.links.get(visit["link"])
    if found is None:
        raise refusal.say(f"No issue link with id '{visit['link']}' exists.", status=404)
    visit.issue(found["inward"])
    return found


def read(visit: Visit) -> Answer:
    found = _held(visit)
    ends = {}
    for name in ("inward", "outward"):
        issue = visit.site.issues.get(found[name])
        ends[f"{name}Issue"] = issue_view.brief(visit, issue) if issue else None
    return Answer(200, issue_view.link(visit, found, found["inward"]) | ends)


def unlink(visit: Visit) -> Answer:
    visit.site.links.delete(_held(visit)["id"])
    return Answer(204)


# -- to the world outside ------------------------------------------------------------------------


def upsert(visit: Visit) -> Answer:
    """One link for each global id: the first call makes it, the next ones rewrite it."""
    issue, wanted = visit.open_issue(), _remote(visit)
    same = [
        held
        for held in visit.site.remote_links.by("issue", issue["id"])
        if wanted["globalId"] and held["globalId"] == wanted["globalId"]
    ]
    id = same[0]["id"] if same else visit.site.next_id()
    visit.site.remote_links.put(id, {"id": id, "issue": issue["id"], **wanted})
    address = visit.url(f"issue/{issue['id']}/remotelink/{id}")
    return Answer(200 if same else 201, {"id": int(id), "self": address})


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


def _no_remote(name: str) -> refusal.Refusal:
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
    Endpoint("POST", "/issueLink", WRITE, link),
    Endpoint("GET", "/issueLink/{link}", READ, read),
    Endpoint("DELETE", "/issueLink/{link}", WRITE, unlink),
    Endpoint("POST", _REMOTE, WRITE, upsert),
    Endpoint("GET", _REMOTE, READ, remote),
    Endpoint("DELETE", _REMOTE, WRITE, drop_by_global_id),
    Endpoint("GET", _REMOTE + "/{link}", READ, remote_by_id),
    Endpoint("PUT", _REMOTE + "/{link}", WRITE, rewrite),
    Endpoint("DELETE", _REMOTE + "/{link}", WRITE, drop_by_id),
)
