"""Entity properties: JSON values under keys that callers choose."""

import json

from testbed.vendors.common.state import Doc
from testbed.vendors.jira.errors import refuse

_KEY_LENGTH, _VALUE_LENGTH = 255, 32_768
_EMPTY: tuple[object, ...] = (None, "", {}, [])


def properties_of(body: Doc) -> dict[str, object]:
    """The properties in the body of a create, by key."""
    entries = body.get("properties") or []
    if not isinstance(entries, list) or not all(
        isinstance(entry, dict) and "key" in entry for entry in entries
    ):
        raise refuse("Each property needs a key.")
    return {str(e["key"]): checked_value(str(e["key"]), e.get("value")) for e in entries}


def checked_value(key: str, value: object) -> object:
    """The value, or a refusal if Jira does not store such a value under such a key."""
    if not key or len(key) > _KEY_LENGTH:
        raise refuse(f"The property key must be 1 to {_KEY_LENGTH} characters long.")
    if value in _EMPTY and value is not False and value != 0:
        raise refuse("The property value must be a non-empty JSON value.")
    if len(json.dumps(value, ensure_ascii=False)) > _VALUE_LENGTH:
        raise refuse(f"The property value is longer than {_VALUE_LENGTH} characters.")
    return value
