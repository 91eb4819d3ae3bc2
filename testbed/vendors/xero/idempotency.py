"""The answers that Xero keeps for an `Idempotency-Key`: six minutes, per app, errors included."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from testbed.vendors.common.call import Call, Refusal, Response
from testbed.vendors.common.clock import milliseconds
from testbed.vendors.common.state import Collection, Store
from testbed.vendors.xero import errors

_LIFE = timedelta(minutes=6)
_LONGEST = 128


class Idempotency:
    """Repeats the first answer to a key until the key expires."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._answers: Collection = store.collection("_idempotency")

    def once(self, call: Call, endpoint: Callable[[Call], Response]) -> Response:
        """Handle the call, or repeat the stored answer."""
        key = _key(call)
        if not key:
            return endpoint(call)
        if len(key) > _LONGEST:
            raise errors.bad_key(f"Idempotency Key: must be at most {_LONGEST} characters long")
        self._expire(call)
        stored = self._answers.get(f"{call.actor}|{key}")
        if not stored:
            return self._first(call, endpoint)
        if stored["request"] != _fingerprint(call):
            raise errors.bad_key(f"Idempotency Key: {key} is used with a different request.")
        return Response(stored["status"], stored["body"].encode() or None, dict(stored["headers"]))

    def store(self, call: Call, answer: Response) -> None:
        """Keep the answer for the call's key: Xero also keeps its internal errors."""
        key = _key(call)
        if not 0 < len(key) <= _LONGEST:
            return
        before = self._answers.get(f"{call.actor}|{key}") or {}
        doc = {
            "request": _fingerprint(call),
            "status": answer.status,
            "body": answer.encoded().decode(),
            "headers": answer.headers,
            "until": before.get("until", milliseconds(call.at + _LIFE)),
        }
        self._answers.put(f"{call.actor}|{key}", doc)

    def _first(self, call: Call, endpoint: Callable[[Call], Response]) -> Response:
        try:
            answer = endpoint(call)
        except Refusal as refusal:
            # The changes of a refused call are undone; the refusal itself is stored.
            self._store.rollback()
            answer = refusal.answer
        self.store(call, answer)
        return answer

    def _expire(self, call: Call) -> None:
        """Delete the expired keys, which come first."""
        now = milliseconds(call.at)
        for id_ in self._answers.ids():
            doc = self._answers.get(id_)
            if doc and doc["until"] > now:
                return
            self._answers.delete(id_)


def _key(call: Call) -> str:
    return "" if call.method == "GET" else call.headers.get("Idempotency-Key", "")


def _fingerprint(call: Call) -> str:
    text = f"{call.method} {call.path.lower()}?{call.query}".encode()
    return hashlib.sha256(text + b"\n" + call.body).hexdigest()
