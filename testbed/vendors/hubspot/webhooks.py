"""HubSpot's webhooks: which events a change makes, and signature v3."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from testbed.vendors.common.clock import Clock
from testbed.vendors.common.state import Doc, RecordChange, Store
from testbed.vendors.common.webhooks import Post
from testbed.vendors.hubspot.errors import PORTAL
from testbed.vendors.hubspot.object_types import OBJECT_TYPES
from testbed.vendors.hubspot.records import Source
from testbed.vendors.hubspot.times import parse_ms

_SUBSCRIBED = {
    "deals": (
        "amount",
        "closedate",
        "deal_currency_code",
        "dealname",
        "dealstage",
        "hubspot_owner_id",
        "pipeline",
    ),
    "companies": ("domain", "name"),
    "contacts": ("email",),
    "line_items": ("price", "quantity"),
}
"""The properties whose changes the app has subscribed to."""
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


class WebhookDelivery:
    """Up to 100 events a post; up to 10 more tries over a day, each signed anew."""

    most = 100
    timeout = 5.0

    def __init__(self, options: Mapping[str, Any], clock: Clock) -> None:
        self._url = str(options["url"])
        self._secret = str(options["secret"])
        self._clock = clock
        self.pauses: Sequence[float] = [m * 60.0 for m in _MINUTES]

    def post(self, events: Sequence[Doc], attempt: int) -> Post:
        attempts = [{**event, "attemptNumber": attempt} for event in events]
        body = json.dumps(attempts, ensure_ascii=False, separators=(",", ":")).encode()
        at = str(int(self._clock.seconds() * 1000))
        return Post(self._url, body, self._headers(body, at))

    def _headers(self, body: bytes, at: str) -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "User-Agent": "HubSpot Connect 2.0 (http://dev.hubspot.com/) - WebHooks",
            "X-HubSpot-Request-Timestamp": at,
            "X-HubSpot-Signature-v3": signature(self._secret, "POST", self._url, body, at),
        }

    def gives_up(self, _status: int) -> bool:
        return False


def events(store: Store, changes: Sequence[RecordChange], by: Source) -> list[Doc]:
    """Return HubSpot's events for the changes of one call."""
    return [
        _event(store, f"{OBJECT_TYPES[change.collection].singular}.{what}", record, by) | more
        for change in changes
        if change.collection in OBJECT_TYPES
        for what, record, more in _happened(store, change)
    ]


def _happened(store: Store, change: RecordChange) -> list[tuple[str, Doc, Doc]]:
    """Return the name of a change, its record, and the other fields of its event."""
    old = store.before.get((change.collection, change.id))
    new = store.collection(change.collection).get(change.id)
    if new is None:
        return []
    if new["archived"]:
        return [("deletion", new, {"changeFlag": "DELETED"})]
    made = [] if old else [("creation", new, {"changeFlag": "CREATED"})]
    was, now = old["properties"] if old else {}, new["properties"]
    return made + [
        ("propertyChange", new, {"propertyName": name, "propertyValue": now.get(name) or ""})
        for name in _SUBSCRIBED.get(change.collection, ())
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
