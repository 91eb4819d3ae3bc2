"""Reads from a JSON-RPC body what a request asks Tryton to do."""

import json
from contextlib import suppress

from testbed.systems.common.exchange import Request

_LOOKS = frozenset({"read", "search", "search_read", "search_count", "get_preferences", "get"})


def method_of(request: Request) -> str:
    """Return the method, such as `model.account.invoice.post`; empty if there is none."""
    with suppress(ValueError, AttributeError):
        return str(json.loads(request.body).get("method") or "")
    return ""


def changes(request: Request) -> bool:
    """Whether it changes records; a request that Tryton answers with a question does not."""
    kind, _, rest = method_of(request).partition(".")
    if kind == "wizard":
        return rest.endswith(".execute")
    asks = rest.startswith(("res.user.warning.", "res.user."))
    return kind == "model" and not asks and rest.rpartition(".")[2] not in _LOOKS
