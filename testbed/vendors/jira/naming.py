"""The business key of a call, by which faults and the log know the same thing done again."""

import json
from collections.abc import Callable

from testbed.vendors.common.call import Call
from testbed.vendors.common.state import Doc

_NO_KEY = {"version", "cloud"}


def key(call: Call) -> str:
    """A project's key, a version's name, an issue's subject; else the ids in the path."""
    path = "/".join(value for name, value in call.params.items() if name not in _NO_KEY)
    read = _READ.get(call.template.rpartition("/rest/api/3/")[2])
    if call.method != "POST" or read is None:
        return path
    return "/".join(filter(None, (path, read(json.loads(call.body)))))


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


_READ: dict[str, Callable[[Doc], str]] = {
    "project": lambda body: str(body.get("key") or body.get("name")),
    "version": lambda body: str(body["name"]),
    "component": lambda body: str(body["name"]),
    "issue": subject,
    "issue/bulk": lambda body: subject(body["issueUpdates"][0]),
    "issueLink": lambda body: f"{_end(body, 'inwardIssue')}/{_end(body, 'outwardIssue')}",
    "issue/{issue}/remotelink": lambda body: body.get("globalId") or body["object"]["url"],
}
