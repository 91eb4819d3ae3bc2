"""Which properties Jira takes: any JSON value that is not empty, under a key of the caller's."""

import json

from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import refusal

_KEY_LENGTH, _VALUE_LENGTH = 255, 32_768
_EMPTY: tuple[object, ...] = (None, "", {}, [])


def given(body: Doc) -> dict[str, object]:
    """The properties sent along with a create or an edit, keyed; a refusal if one won't do."""
    listed = body.get("properties") or []
    if not isinstance(listed, list):
        raise refusal.say("The properties must be a list of keys and values.")
    found: dict[str, object] = {}
    for entry in listed:
        if not isinstance(entry, dict) or "key" not in entry:
            raise refusal.say("Each property needs a key.")
        found[str(entry["key"])] = fit(str(entry["key"]), entry.get("value"))
    return found


def fit(key: str, value: object) -> object:
    """The value, if Jira stores such a value under such a key."""
    if not key or len(key) > _KEY_LENGTH:
        raise refusal.say(f"The property key must be 1 to {_KEY_LENGTH} characters long.")
    if value in _EMPTY and value is not False and value != 0:
        raise refusal.say("The property value must be a non-empty JSON value.")
    if len(json.dumps(value, ensure_ascii=False)) > _VALUE_LENGTH:
        raise refusal.say(f"The property value is longer than {_VALUE_LENGTH} characters.")
    return value
