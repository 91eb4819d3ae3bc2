"""Records the exchanges between callers and the sandbox."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from testbed.vendors.common.app import App
from testbed.vendors.common.call import Call, Response


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, as they were on the wire."""

    operation: str
    """The sandbox's own name for it, such as `GET /crm/v3/owners/{id}`."""
    actor: str
    method: str
    path: str
    query: frozenset[str]
    request: bytes
    status: int
    answer: bytes

    def asked(self) -> Any:
        """Return the request's body, or None if it had none or it was no JSON."""
        return _json(self.request)

    def answered(self) -> Any:
        """Return the answer's body, or None if it had none or it was no JSON."""
        return _json(self.answer)


@contextmanager
def recorded() -> Iterator[list[Exchange]]:
    """Record every exchange that a sandbox of this process answers while the block runs."""
    tape: list[Exchange] = []
    serve = App._served

    async def served(app: App, call: Call) -> Response | None:
        answer = await serve(app, call)
        if answer is not None:
            tape.append(_exchange(call, answer))
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(App, "_served", served)
        yield tape


def _exchange(call: Call, answer: Response) -> Exchange:
    return Exchange(
        operation=call.operation,
        actor=call.actor,
        method=call.method,
        path=call.path,
        query=frozenset(call.query),
        request=call.body,
        status=answer.status,
        answer=answer.encoded(),
    )


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
