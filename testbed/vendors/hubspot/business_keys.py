"""The business key of a call: the reference, name or id that people know its subject by."""

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from testbed.vendors.common.call import Call

_WRITING = ("cashward_key", "dealname", "name", "email", "hs_sku", "hs_task_subject")
_LONGEST = 120


def business_key(call: Call) -> str:
    """The ids of the path, else what the body is about."""
    ids = [call.params[name] for name in ("id", "to_id", "name") if name in call.params]
    if ids:
        return "/".join(ids)
    if call.method == "GET" or not call.body or call.path.startswith("/oauth"):
        return call.query.get("after") or ""
    return _short(_of_body(call.json))


def _of_body(body: Mapping[str, Any]) -> str:
    if "filterGroups" in body:
        filters = [each for group in body["filterGroups"] for each in group["filters"]]
        return ";".join(map(_of_filter, filters))
    if "inputs" in body:
        return ",".join(map(_of_record, body["inputs"]))
    if "primaryObjectId" in body:
        return f"{body['primaryObjectId']}+{body['objectIdToMerge']}"
    return _of_record(body)


def _of_filter(one: Mapping[str, Any]) -> str:
    values = one.get("values") or [one.get("value", "")]
    return f"{one['propertyName']}={'|'.join(map(str, values))}"


def _of_record(one: Mapping[str, Any]) -> str:
    properties = one.get("properties") or {}
    named = one.get("id") or one.get("name")
    writing = (properties[name] for name in _WRITING if properties.get(name))
    return str(named or next(writing, json.dumps(properties, sort_keys=True, default=str)))


def _short(key: str) -> str:
    """A key that is too long to read keeps its beginning and a digest."""
    if len(key) <= _LONGEST:
        return key
    digest = blake2b(key.encode(), digest_size=6).hexdigest()
    return f"{key[: _LONGEST - len(digest) - 1]}~{digest}"
