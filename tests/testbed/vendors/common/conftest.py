"""A small vendor for the rules of all vendors."""

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from testbed.certificates import authorities
from testbed.vendors.common.app import App
from testbed.vendors.common.call import Call, Refusal, Response
from testbed.vendors.common.clock import Clock
from testbed.vendors.common.faults import FaultConfig
from testbed.vendors.common.rate_limits import Limit, RateLimits
from testbed.vendors.common.server import listening
from testbed.vendors.common.state import Store
from testbed.vendors.common.vendor import Route, Vendor


class Shelf(Vendor):
    """A vendor of books. Any word is a token until it expires; two calls may run at once."""

    name = "shelf"

    def __init__(self, store: Store, clock: Clock) -> None:
        super().__init__(store, {}, clock)
        self.limits = RateLimits(clock, [Limit(name="in_flight", most=2)])

    @property
    def routes(self) -> Sequence[Route]:
        return [
            Route("/books", self.add, methods=["POST"]),
            Route("/books/{name}", self.read, methods=["GET"]),
            Route("/books/{name}/crash", self.crash, methods=["POST"]),
        ]

    def key(self, call: Call) -> str:
        return str(call.params.get("name") or call.json["name"])

    def authenticate(self, call: Call) -> str:
        token = call.headers.get("authorization", "")
        if not token or self.store.collection("_dead").get(token):
            raise Refusal(Response(401, {"message": "no"}))
        return "reader"

    def check_limits(self, call: Call) -> None:
        if self.limits.spend({"in_flight": "shelf"}):
            raise Refusal(self.throttled(call, None))

    def finish(self, _call: Call) -> None:
        self.limits.release("in_flight", "shelf")

    def expire(self, call: Call) -> Response | None:
        token = call.headers["authorization"]
        if token == "static":
            return None
        self.store.collection("_dead").put(token, {"dead": True})
        return Response(401, {"message": "expired"})

    def add(self, call: Call) -> Response:
        book = {"id": str(self.store.next_id("books")), "name": call.json["name"]}
        self.store.collection("books").put(book["id"], book)
        if call.json.get("refuse"):
            raise Refusal(Response(400, {"message": "refused"}))
        return Response(201, book)

    def read(self, call: Call) -> Response:
        books = self.store.collection("books").find(name=call.params["name"])
        if not books:
            raise Refusal(Response(404, {"message": "not here"}))
        return Response(200, {"books": books})

    def crash(self, call: Call) -> Response:
        self.add(call)
        msg = "a mistake of ours"
        raise RuntimeError(msg)


class Library:
    """A served shelf and a client for it."""

    def __init__(self, app: App, client: httpx.AsyncClient) -> None:
        self.app = app
        self.client = client

    @property
    def books(self) -> int:
        return len(self.app.vendor.store.collection("books"))

    @property
    def free(self) -> int:
        """Return how many more calls may be in flight."""
        assert isinstance(self.app.vendor, Shelf)
        return self.app.vendor.limits.remaining("in_flight", "shelf")

    @property
    def lines(self) -> list[dict[str, Any]]:
        return self.app.oplog.lines

    async def add(self, name: str, **more: object) -> httpx.Response:
        return await self.client.post("/books", json={"name": name, **more})

    async def faults(self, **config: object) -> None:
        (await self.client.put("/_sandbox/faults", json=config)).raise_for_status()


Open = Callable[..., contextlib.AbstractAsyncContextManager[Library]]


@contextlib.asynccontextmanager
async def opened(
    state: Path, *, token: str | None = None, **faults: object
) -> AsyncIterator[Library]:
    vendor = Shelf(Store(state / "shelf.sqlite"), Clock())
    app = App(vendor, FaultConfig.model_validate(faults), state / "shelf.oplog.jsonl")
    headers = {"Authorization": token or "word"}
    async with (
        listening(app, 0) as url,
        httpx.AsyncClient(base_url=url, headers=headers, verify=authorities()) as client,
    ):
        yield Library(app, client)


@pytest.fixture
def open_library(tmp_path: Path) -> Open:
    """Opens a library on this test's state; again after it was closed, as a restart does."""
    return lambda **asked: opened(tmp_path, **asked)


@pytest.fixture
async def library(open_library: Open) -> AsyncIterator[Library]:
    async with open_library() as library:
        yield library
