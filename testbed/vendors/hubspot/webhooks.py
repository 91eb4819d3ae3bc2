"""HubSpot's webhooks: which events a change makes, and signature v3."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from testbed.vendors.common.clock import Clock
from testbed.vendors.common.state import Change, Doc, Store
from testbed.vendors.common.webhooks import Post
from testbed.vendors.hubspot.kinds import KINDS
from testbed.vendors.hubspot.records import Source
from testbed.vendors.hubspot.refusals import PORTAL
from testbed.vendors.hubspot.times import parse_ms

_TOLD = {
    "deals": {
        "dealname", "dealstage", "amount", "pipeline", "closedate", "deal_currency_code",
        "hubspot_owner_id",
    },
    "companies": {"name", "domain"},
    "contacts": {"email"},
    "line_items": {"quantity", "price"},
    "products": {"price"},
    "tickets": {"hs_pipeline_stage"},
}  # fmt: skip
_MINUTES = (1, 5, 15, 30, 60, 120, 240, 240, 360, 360)
# HubSpot signs the address with these decoded, and no others.
_DECODED = {
    "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$", "%27": "'",
    "%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";",
}  # fmt: skip


def signature(secret: str, method: str, uri: str, body: bytes, timestamp: str) -> str:
    """Signature v3 of a request to `uri`, the full public address as it was configured."""
    for code, char in _DECODED.items():
        uri = uri.replace(code, char).replace(code.lower(), char)
    text = f"{method}{uri}".encode() + body + timestamp.encode()
    return base64.b64encode(hmac.digest(secret.encode(), text, hashlib.sha256)).decode()


class HubSpotManners:
    """Up to 100 events a post; up to 10 more tries over a day, each signed anew."""

    most = 100
    timeout = 5.0

    def __init__(self, options: Mapping[str, Any], clock: Clock) -> None:
        self._url = str(options["url"])
        self._secret = str(options["secret"])
        self._clock = clock
        self.pauses: Sequence[float] = options.get("pauses", [m * 60.0 for m in _MINUTES])

    def post(self, events: Sequence[Doc], attempt: int) -> Post:
        told = [{**event, "attemptNumber": attempt} for event in events]
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        at = str(int(self._clock.seconds() * 1000))
        return Post(self._url, body, self._headers(body, at))

    def _headers(self, body: bytes, at: str) -> dict[str, str]:
        old = hashlib.sha256(self._secret.encode() + body).hexdigest()
        return {
            "Content-Type": "application/json",
            "User-Agent": "HubSpot Connect 2.0 (http://dev.hubspot.com/) - WebHooks",
            "X-HubSpot-Request-Timestamp": at,
            "X-HubSpot-Signature-v3": signature(self._secret, "POST", self._url, body, at),
            "X-HubSpot-Signature": old,
            "X-HubSpot-Signature-Version": "v1",
        }

    def gives_up(self, _status: int) -> bool:
        return False


def events(
    store: Store,
    changes: Sequence[Change],
    before: Mapping[tuple[str, str], Doc | None],
    by: Source,
) -> list[Doc]:
    """What HubSpot tells of the changes of one call."""
    told, merged = _merges(store, changes, by)
    for change in changes:
        kind = KINDS.get(change.collection)
        if kind is None or kind.name not in _TOLD or change.id in merged:
            continue
        old = before.get((change.collection, change.id))
        new = store.collection(change.collection).get(change.id)
        told += [
            _event(store, f"{kind.singular}.{what}", new or old or {}, by) | more
            for what, more in _happened(kind.name, old, new)
        ]
    return told


def _merges(store: Store, changes: Sequence[Change], by: Source) -> tuple[list[Doc], set[str]]:
    """A merge is one event of its own; with the ids that it speaks for."""
    records = [c for c in changes if c.collection in KINDS]
    gone = [c.id for c in records if c.what == "deleted"]
    made = [c for c in records if c.what == "created"]
    if not gone or not made:
        return [], set()
    heir = store.collection(made[0].collection).get(made[0].id) or {}
    told = {
        "primaryObjectId": int(gone[0]),
        "mergedObjectIds": [int(id_) for id_ in gone[1:]],
        "newObjectId": int(heir["id"]),
        "numberOfPropertiesMoved": len(heir["properties"]),
    }
    event = _event(store, f"{KINDS[made[0].collection].singular}.merge", heir, by)
    return [event | told], {*gone, heir["id"]}


def _happened(kind: str, old: Doc | None, new: Doc | None) -> list[tuple[str, Doc]]:
    if new is None or (new["archived"] and old and not old["archived"]):
        return [("deletion", {"changeFlag": "DELETED"})]
    made = [] if old else [("creation", {"changeFlag": "CREATED"})]
    was = old["properties"] if old else {}
    now = new["properties"]
    return made + [
        ("propertyChange", {"propertyName": name, "propertyValue": now.get(name) or ""})
        for name in sorted(_TOLD[kind])
        if now.get(name) != was.get(name)
    ]


def _event(store: Store, what: str, record: Doc, by: Source) -> Doc:
    return {
        "eventId": store.next_id("_events", start=3181526809),
        "subscriptionId": 412000 + sum(map(ord, what)) % 1000,
        "portalId": PORTAL,
        "appId": 1160452,
        "occurredAt": parse_ms(record["updatedAt"]),
        "subscriptionType": what,
        "attemptNumber": 0,
        "objectId": int(record["id"]),
        "changeSource": by.type,
        "sourceId": by.id,
    }
