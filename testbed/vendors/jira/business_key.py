"""The business key of a call: the same for each attempt at the same thing."""

import json
from collections.abc import Callable

from testbed.vendors.common.call import Call
from testbed.vendors.common.state import Doc


def business_key(call: Call) -> str:
    """The key of a project, name of a version, reference of an issue; else the path's ids."""
    path = "/".join(value for name, value in call.params.items() if name != "cloud")
    read = _KEYS.get(call.template.rpartition("/rest/api/3/")[2])
    return read(json.loads(call.body)) if call.method == "POST" and read else path


def _reference(issue: Doc) -> str:
    """The reference in our property, or the summary."""
    for entry in issue.get("properties") or ():
        value = entry.get("value")
        if isinstance(value, dict) and "reference" in value:
            return str(value["reference"])
    return str(issue["fields"]["summary"])


_KEYS: dict[str, Callable[[Doc], str]] = {
    "project": lambda body: str(body["key"]),
    "version": lambda body: str(body["name"]),
    "issue": _reference,
    "issue/bulk": lambda body: _reference(body["issueUpdates"][0]),
}
