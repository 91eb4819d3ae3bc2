"""Xero's webhooks: thin events, signed, and only after the receiver has proved itself."""

import asyncio
import base64
import contextlib
import hmac
import json
import logging
from collections.abc import Mapping, Sequence
from secrets import choice
from string import ascii_uppercase
from typing import Any

import httpx

from testbed.vendors.common.clock import Clock
from testbed.vendors.common.state import Change, Doc, Store
from testbed.vendors.common.webhooks import Hooks, Post
from testbed.vendors.xero.wire.moments import instant, iso_string

_CATEGORIES = {
    "Contacts": "CONTACT",
    "CreditNotes": "CREDITNOTE",
    "Invoices": "INVOICE",
    "Overpayments": "OVERPAYMENT",
    "Prepayments": "PREPAYMENT",
}
_TYPES = {"created": "CREATE", "updated": "UPDATE"}
_QUARTER_HOUR = 900.0
_TRIES_IN_A_DAY = 96
_INTENTS = (True, False, True, False)
_log = logging.getLogger("sandbox")


def signature(key: str, body: bytes) -> str:
    """`x-xero-signature`: the key counts as the text it is shown as, it is not decoded."""
    return base64.b64encode(hmac.digest(key.encode(), body, "sha256")).decode()


class XeroManners:
    """Once more at once, then every quarter of an hour for a day."""

    most = 50
    timeout = 5.0
    pauses: Sequence[float] = (0.0, *[_QUARTER_HOUR] * _TRIES_IN_A_DAY)

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.url = str(options["url"])
        self.key = str(options["secret"])
        self._backwards = bool(options.get("backwards"))
        if "pauses" in options:
            self.pauses = options["pauses"]

    def post(self, events: Sequence[Doc], attempt: int) -> Post:
        del attempt
        numbers = [event["sequence"] for event in events]
        told = [event["told"] for event in events]
        body = _body(told[::-1] if self._backwards else told, min(numbers), max(numbers))
        return self.signed(body, signature(self.key, body))

    def intent(self, *, good: bool) -> Post:
        """An empty post to test the receiver: rightly signed, or not."""
        body = _body([], 0, 0)
        return self.signed(body, signature(self.key if good else f"not {self.key}", body))

    def signed(self, body: bytes, mark: str) -> Post:
        headers = {"Content-Type": "application/json; charset=utf-8", "x-xero-signature": mark}
        return Post(self.url, body, headers)

    def gives_up(self, _status: int) -> bool:
        return False


class Webhooks:
    """Tells the configured receiver of changes; asks for its proof until it gives it."""

    def __init__(self, store: Store, clock: Clock, options: Mapping[str, Any], tenant: str) -> None:
        self._manners = XeroManners(options)
        self._hooks = Hooks(store, clock, self._manners)
        self._store = store
        self._clock = clock
        self._tenant = tenant
        self._again_after = float(options.get("intent_every", 2.0))
        self._copies = 2 if options.get("twice") else 1
        self._task: asyncio.Task[None] | None = None

    def tell(self, changes: Sequence[Change], base_url: str) -> None:
        """Put the events of a request's changes into the outbox."""
        for change in changes:
            category, type_ = _CATEGORIES.get(change.collection), _TYPES.get(change.what)
            if not category or not type_:
                continue
            told = {
                "resourceUrl": f"{base_url}/api.xro/2.0/{change.collection}/{change.id}",
                "resourceId": change.id,
                "tenantId": self._tenant,
                "tenantType": "ORGANISATION",
                "eventCategory": category,
                "eventType": type_,
                "eventDateUtc": iso_string(instant(self._clock.now())),
            }
            sequence = self._store.next_id("_event_sequence")
            for _ in range(self._copies):
                self._hooks.enqueue({"sequence": sequence, "told": told})

    async def start(self) -> None:
        self._task = asyncio.create_task(self._prove_then_deliver())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._hooks.stop()

    async def _prove_then_deliver(self) -> None:
        async with httpx.AsyncClient(timeout=self._manners.timeout) as client:
            while not await self._is_proven(client):
                _log.warning("xero: %s has not proved its intent to receive", self._manners.url)
                await asyncio.sleep(self._again_after)
        await self._hooks.start()

    async def _is_proven(self, client: httpx.AsyncClient) -> bool:
        """Whether every good signature got a 2xx and every bad one a 401."""
        for good in _INTENTS:
            post = self._manners.intent(good=good)
            try:
                answer = await client.post(post.url, content=post.body, headers=dict(post.headers))
            except httpx.HTTPError:
                return False
            if answer.is_success is not good or (not good and answer.status_code != 401):
                return False
        return True


def _body(events: Sequence[Doc], first: int, last: int) -> bytes:
    entropy = "".join(choice(ascii_uppercase) for _ in range(20))
    body = {
        "events": list(events),
        "firstEventSequence": first,
        "lastEventSequence": last,
        "entropy": entropy,
    }
    return json.dumps(body, separators=(",", ":")).encode()
