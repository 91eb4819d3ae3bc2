"""What differs between vendors; the app does the rest."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from starlette.routing import Route

from testbed.vendors.common.call import Call, Response, Unreadable
from testbed.vendors.common.clock import Clock
from testbed.vendors.common.state import RecordChange, Store
from testbed.vendors.common.webhooks import Hooks

__all__ = ["Route", "Vendor"]

_PAGE = b"<!DOCTYPE html><html><head><title>%s</title></head><body>%s</body></html>"


class Vendor:
    """Base of the vendors: name the routes and `authenticate`; override what differs.

    An endpoint is a function `endpoint(call) -> Response`. It never awaits, so each request is one
    transaction; a `Refusal` or a crash undoes everything that it changed.
    """

    name: ClassVar[str]
    any_case: ClassVar[bool] = False
    """Whether paths match in any case (path parameters keep the caller's)."""

    def __init__(self, store: Store, options: Mapping[str, Any], clock: Clock) -> None:
        self.store = store
        self.options = options
        self.clock = clock
        self.hooks: Hooks | None = None

    @property
    def routes(self) -> Sequence[Route]:
        raise NotImplementedError

    def seed(self) -> None:
        """Fill an empty store; called once in the life of a state directory."""

    async def start(self) -> None:
        """Begin to deliver webhooks; called inside the running loop."""
        if self.hooks:
            await self.hooks.start()

    async def stop(self) -> None:
        if self.hooks:
            await self.hooks.stop()

    def template(self, call: Call) -> str:
        """Return the template that names the operation; a vendor may fill in details."""
        return call.template

    def key(self, call: Call) -> str:
        """The business key of a call: our reference, a summary, an id; faults and log use it."""
        return "/".join(call.params.values())

    def authenticate(self, call: Call) -> str:
        """The actor behind the call, or a Refusal."""
        raise NotImplementedError

    def check_limits(self, call: Call) -> None:
        """Count the call in the vendor's rate limits, or refuse it; check its scopes."""

    def finish(self, call: Call) -> None:
        """End a call that was counted in flight."""

    def throttled(self, _call: Call, retry_after: int | None) -> Response:
        """The vendor's own 429."""
        return Response(429, None, {} if retry_after is None else {"Retry-After": str(retry_after)})

    def expire(self, _call: Call) -> Response | None:
        """Kill the call's access token and answer as for an expired one; None for static keys."""
        return None

    def broken(self, _call: Call) -> Response:
        """The vendor's own 500."""
        return page(500, b"Internal Server Error")

    def unreadable(self, _call: Call, error: Unreadable) -> Response:
        """The answer to a body that is not JSON."""
        return Response(400, {"message": str(error)})

    def unknown(self, _call: Call) -> Response:
        """The answer to a path that the vendor does not serve."""
        return page(404, b"Not Found")

    def wrong_method(self, call: Call) -> Response:
        return self.unknown(call)

    def decorate(self, call: Call, answer: Response) -> None:
        """Add the headers that every answer of this vendor carries."""

    def before_commit(self, call: Call, changes: list[RecordChange]) -> None:
        """Put webhooks into the outbox, before a call that changed something is committed."""


def page(status: int, text: bytes) -> Response:
    """Return a plain HTML page, as a proxy in front of a vendor would send it."""
    return Response(status, _PAGE % (text, text), {"Content-Type": "text/html;charset=utf-8"})
