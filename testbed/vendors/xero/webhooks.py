"""Xero's webhooks: signed events without content, after the receiver has shown its intent."""

import asyncio
import base64
import hmac
import json
import logging
from collections.abc import Mapping, Sequence
from secrets import choice
from string import ascii_uppercase
from typing import Any

import httpx

from testbed.certificates import authorities
from testbed.vendors.common.call import Call
from testbed.vendors.common.clock import Clock, milliseconds
from testbed.vendors.common.state import Doc, RecordChange, Store
from testbed.vendors.common.webhooks import Hooks, Post
from testbed.vendors.xero.identity import TENANT
from testbed.vendors.xero.wire.dates import iso_string

# https://developer.xero.com/documentation/guides/webhooks/overview, event categories
_CATEGORIES = {
    "Contacts": "CONTACT",
    "CreditNotes": "CREDITNOTE",
    "Invoices": "INVOICE",
}
_TYPES = {"created": "CREATE", "updated": "UPDATE"}
_QUARTER_HOUR = 900.0
_TRIES_IN_A_DAY = 96
_INTENTS = (True, False, True, False)
_UNAUTHORISED = 401
_log = logging.getLogger("sandbox")


def signature(key: str, body: bytes) -> str:
    """`x-xero-signature`. Xero signs with the key's text and does not decode it."""
    return base64.b64encode(hmac.digest(key.encode(), body, "sha256")).decode()


class XeroDeliveryRules:
    """Delivery as Xero does it: a second try at once, then one each quarter of an hour."""

    most = 50
    timeout = 5.0
    pauses: Sequence[float] = (0.0, *[_QUARTER_HOUR] * _TRIES_IN_A_DAY)

    def __init__(self, url: str, key: str) -> None:
        self.url = url
        self._key = key

    def post(self, events: Sequence[Doc], attempt: int) -> Post:
        del attempt
        numbers = [event["sequence"] for event in events]
        body = _body([event["event"] for event in events], min(numbers), max(numbers))
        return self._signed(body, self._key)

    def intent(self, *, good: bool) -> Post:
        """A post without events, signed with the right or with a wrong key."""
        return self._signed(_body([], 0, 0), self._key if good else f"not {self._key}")

    def gives_up(self, _status: int) -> bool:
        return False

    def _signed(self, body: bytes, key: str) -> Post:
        media = "application/json; charset=utf-8"
        return Post(
            self.url, body, {"Content-Type": media, "x-xero-signature": signature(key, body)}
        )


class Webhooks(Hooks):
    """Sends events to one receiver, once it has passed the intent-to-receive validation.

    Options: `url`, `secret`, and `intent_every` (seconds between validations).
    """

    def __init__(self, store: Store, clock: Clock, options: Mapping[str, Any]) -> None:
        self._delivery = XeroDeliveryRules(str(options["url"]), str(options["secret"]))
        super().__init__(store, clock, self._delivery)
        self._intent_every = float(options.get("intent_every", 2.0))

    def tell(self, call: Call, changes: Sequence[RecordChange]) -> None:
        """Put the events of a call's changes into the outbox."""
        for change in changes:
            category, type_ = _CATEGORIES.get(change.collection), _TYPES.get(change.what)
            if category and type_:
                event = _event(call, change) | {"eventCategory": category, "eventType": type_}
                sequence = self._store.next_id("_event_sequence")
                self.enqueue({"sequence": sequence, "event": event})

    async def _run(self) -> None:
        async with httpx.AsyncClient(
            timeout=self._delivery.timeout, verify=authorities()
        ) as client:
            while not await self._is_valid(client):
                _log.warning("xero: %s failed the validation", self._delivery.url)
                await asyncio.sleep(self._intent_every)
        await super()._run()

    async def _is_valid(self, client: httpx.AsyncClient) -> bool:
        """Whether the receiver answers 2xx to each good signature and 401 to each bad one."""
        for good in _INTENTS:
            post = self._delivery.intent(good=good)
            try:
                answer = await client.post(post.url, content=post.body, headers=dict(post.headers))
            except httpx.HTTPError:
                return False
            if not (answer.is_success if good else answer.status_code == _UNAUTHORISED):
                return False
        return True


def _event(call: Call, change: RecordChange) -> Doc:
    return {
        "resourceUrl": f"{call.base_url}/api.xro/2.0/{change.collection}/{change.id}",
        "resourceId": change.id,
        "tenantId": TENANT["id"],
        "tenantType": "ORGANISATION",
        "eventDateUtc": iso_string(milliseconds(call.at)),
    }


def _body(events: Sequence[Doc], first: int, last: int) -> bytes:
    body = {
        "events": list(events),
        "firstEventSequence": first,
        "lastEventSequence": last,
        "entropy": "".join(choice(ascii_uppercase) for _ in range(20)),
    }
    return json.dumps(body, separators=(",", ":")).encode()
