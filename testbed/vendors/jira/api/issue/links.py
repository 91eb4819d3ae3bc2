"""Links between issues, which can be made again without harm."""

from testbed.vendors.common.call import Answer
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import issue_view, refusal
from testbed.vendors.jira.core.routes import READ, WRITE, Endpoint
from testbed.vendors.jira.core.visit import Visit


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
        id_ = visit.site.next_id()
        visit.site.links.put(id_, {"id": id_, **ends})
    if body.get("comment"):
        _comment(visit, outward, body["comment"])
    return Answer(201)


def _comment(visit: Visit, issue: Doc, comment: Doc) -> None:
    document = visit.document(comment.get("body"))
    if document is None:
        raise refusal.fields({"comment": "Comment body is not valid!"})
    id_, now, account = visit.site.next_id(), visit.site.now, visit.account
    who = {"author": account, "editor": account, "created": now, "updated": now}
    doc = {"id": id_, "issue": issue["id"], "body": document, "properties": {}, **who}
    visit.site.comments.put(id_, doc)


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


ENDPOINTS = (
    Endpoint("POST", "/issueLink", WRITE, link),
    Endpoint("GET", "/issueLink/{link}", READ, read),
    Endpoint("DELETE", "/issueLink/{link}", WRITE, unlink),
)
