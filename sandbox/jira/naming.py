"""The business key of a call, by which faults and the log know the same thing done again."""

import json

from sandbox.kit.call import Call
from sandbox.kit.state import Doc

_NO_KEY = {"version", "cloud"}


def key(call: Call) -> str:
    """A project's key, a version's name, an issue's subject; for other calls the ids of the path."""
    path = "/".join(value for name, value in call.params.items() if name not in _NO_KEY)
    if call.method != "POST" or not call.body:
        return path
    body: Doc = json.loads(call.body)
    match call.template.rpartition("/rest/api/3/")[2]:
        case "project":
            return str(body.get("key") or body.get("name"))
        case "version" | "component":
            return str(body["name"])
        case "issue":
            return subject(body)
        case "issue/bulk":
            return subject(body["issueUpdates"][0])
        case "issueLink":
            return f"{_end(body, 'inwardIssue')}/{_end(body, 'outwardIssue')}"
        case "issue/{issue}/remotelink":
            return f"{path}/{body.get('globalId') or body['object']['url']}"
    return path


def subject(issue: Doc) -> str:
    """What an issue is about: our property's subject, or a label, or what people read."""
    for entry in issue.get("properties") or ():
        value = entry.get("value")
        if isinstance(value, dict) and "subject" in value:
            return str(value["subject"])
    fields = issue["fields"]
    return str((fields.get("labels") or [fields["summary"]])[0])


def _end(body: Doc, name: str) -> str:
    return str(body[name].get("key") or body[name].get("id"))
