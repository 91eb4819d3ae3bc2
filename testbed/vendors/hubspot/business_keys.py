"""The business key of a call: by which reference, name or id people would know it."""

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from testbed.vendors.common.call import Call

_TELLING = (
    "cashward_key", "dealname", "name", "email", "hs_external_id", "hs_sku", "hs_task_subject",
    "subject", "hs_note_body", "hs_title",
)  # fmt: skip
_LONGEST = 120


def business_key(call: Call) -> str:
    """The ids of the path, else what the body is about."""
    ids = [call.params[n] for n in ("id", "to_id", "name", "pipeline", "stage") if n in call.params]
    if ids:
        return "/".join(ids)
    if call.method == "GET" or not call.body or call.path.startswith("/oauth"):
        return call.query.get("after") or ""
    return _short(_of_body(call.json))


def _of_body(body: Mapping[str, Any]) -> str:
    if "filterGroups" in body or "query" in body:
        filters = [f for group in body.get("filterGroups", []) for f in group["filters"]]
        return ";".join([_filter(one) for one in filters] + [str(body.get("query", ""))]).strip(";")
    if "inputs" in body:
        return ",".join(_of_input(one) for one in body["inputs"])
    if "primaryObjectId" in body:
        return f"{body['primaryObjectId']}+{body['objectIdToMerge']}"
    return _of_input(body)


def _filter(one: Mapping[str, Any]) -> str:
    values = one.get("values") or [one.get("value", "")]
    return f"{one['propertyName']}={'|'.join(map(str, values))}"


def _of_input(one: Mapping[str, Any]) -> str:
    if "from" in one:
        to = one["to"] if isinstance(one["to"], list) else [one["to"]]
        return f"{one['from']['id']}>{'|'.join(str(end['id']) for end in to)}"
    properties = one.get("properties") or {}
    named = one.get("id") or one.get("name")
    if named:
        return str(named)
    for name in _TELLING:
        if properties.get(name):
            return str(properties[name])
    return json.dumps(properties, sort_keys=True, default=str)


def _short(key: str) -> str:
    """A key that would be too long to read keeps its beginning and a digest."""
    if len(key) <= _LONGEST:
        return key
    digest = blake2b(key.encode(), digest_size=6).hexdigest()
    return f"{key[: _LONGEST - len(digest) - 1]}~{digest}"
