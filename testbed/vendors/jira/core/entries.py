"""How a worklog or a comment looks in an answer."""

from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import duration, views
from testbed.vendors.jira.core.visit import Visit


def worklog(visit: Visit, doc: Doc) -> Doc:
    seen = {
        "self": visit.url(f"issue/{doc['issue']}/worklog/{doc['id']}"),
        "author": views.user(visit, doc["author"]),
        "updateAuthor": views.user(visit, doc["editor"]),
        "created": visit.time(doc["created"]),
        "updated": visit.time(doc["updated"]),
        "started": visit.time(doc["started"]),
        "timeSpent": duration.pretty(doc["seconds"]),
        "timeSpentSeconds": doc["seconds"],
        "id": doc["id"],
        "issueId": doc["issue"],
    }
    if doc["comment"] is not None:
        seen["comment"] = visit.rich(doc["comment"])
    return seen | _expanded(visit, doc)


def comment(visit: Visit, doc: Doc) -> Doc:
    seen: Doc = {
        "self": visit.url(f"issue/{doc['issue']}/comment/{doc['id']}"),
        "id": doc["id"],
        "author": views.user(visit, doc["author"]),
        "body": visit.rich(doc["body"]),
        "updateAuthor": views.user(visit, doc["editor"]),
        "created": visit.time(doc["created"]),
        "updated": visit.time(doc["updated"]),
        "jsdPublic": True,
    }
    return seen | _expanded(visit, doc)


def _expanded(visit: Visit, doc: Doc) -> Doc:
    """The properties of a worklog or comment, for those who ask for them."""
    if "properties" not in visit.words("expand"):
        return {}
    held = doc["properties"]
    return {"properties": [{"key": key, "value": value} for key, value in held.items()]}
