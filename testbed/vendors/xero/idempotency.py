"""The vendor's memory of `Idempotency-Key`s: six minutes, per app, errors included."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from testbed.vendors.common.call import Answer, Call, Refusal
from testbed.vendors.common.state import Collection, Store
from testbed.vendors.xero import refusals
from testbed.vendors.xero.wire.moments import instant

LIFE = timedelta(minutes=6)
LONGEST = 128
_WRITES = {"POST", "PUT", "PATCH"}


class Idempotency:
    """Answers a repeat with the first answer, for as long as it remembers."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: Collection = store.collection("_idempotency")

    def once(self, call: Call, endpoint: Callable[[Call], Answer]) -> Answer:
        """Serve the call, or repeat what the same key was answered before."""
        key = _key(call)
        if key is None:
            return endpoint(call)
        if len(key) > LONGEST:
            raise refusals.bad_key(f"Idempotency Key: must be at most {LONGEST} characters long")
        self._forget(call)
        if stored := self._kept.get(_id(call, key)):
            if stored["request"] != _fingerprint(call):
                raise refusals.bad_key(f"Idempotency Key: {key} is used with a different request.")
            body = stored["body"].encode() or None
            return Answer(stored["status"], body, dict(stored["headers"]))
        return self._first(call, endpoint)

    def keep(self, call: Call, answer: Answer) -> None:
        """Remember an answer under the call's key, also one that is not the handler's own."""
        key = _key(call)
        if key is None or len(key) > LONGEST:
            return
        before = self._kept.get(_id(call, key)) or {}
        doc = {
            "request": _fingerprint(call),
            "status": answer.status,
            "body": answer.encoded().decode(),
            "headers": answer.headers,
            "until": before.get("until", instant(call.at + LIFE)),
        }
        self._kept.put(_id(call, key), doc)

    def _first(self, call: Call, endpoint: Callable[[Call], Answer]) -> Answer:
        try:
            answer = endpoint(call)
        except Refusal as no:
            # What the refused call did is taken back; that it was refused is remembered.
            self._store.rollback()
            answer = no.answer
        self.keep(call, answer)
        return answer

    def _forget(self, call: Call) -> None:
        """Drop what is too old; keys are in the order of their first call."""
        now = instant(call.at)
        for id_ in self._kept.ids():
            doc = self._kept.get(id_)
            if doc and doc["until"] > now:
                return
            self._kept.delete(id_)


def _key(call: Call) -> str | None:
    return call.headers.get("Idempotency-Key") or None if call.method in _WRITES else None


def _id(call: Call, key: str) -> str:
    return f"{call.actor}|{key}"


def _fingerprint(call: Call) -> str:
    text = f"{call.method} {call.path.lower()}?{call.query}".encode()
    return hashlib.sha256(text + b"\n" + call.body).hexdigest()
