"""A TCP proxy before a system, which injects the faults of networks.

It knows where an HTTP message ends and nothing else: bytes pass unchanged, or not at all.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from testbed.systems.common.exchange import Caller, Line, Request, plain, read_request


class Fault(StrEnum):
    """A fault of one exchange."""

    LOST_REPLY = "lost reply"
    """The system carries out the request; its response never arrives."""
    LATE_COMMIT = "late commit"
    """The caller's connection breaks; the system gets the request a little later."""
    DELAY = "delay"
    """The response comes late."""
    RESET = "reset"
    """The connection breaks before the system gets the request."""
    BLACKHOLE = "blackhole"
    """Nothing comes back, and the system gets nothing."""
    THROTTLED = "throttled"
    """A gateway before the system responds 429 to too many calls."""
    BAD_GATEWAY = "bad gateway"
    """The system carries out the request; the gateway responds 502."""


@dataclass(frozen=True)
class Exchange:
    """The outcome of a request. `status` is 0 if the system did not respond."""

    request: Request
    fault: Fault | None
    status: int


Decide = Callable[[Request], Fault | None]


def never(request: Request) -> Fault | None:
    del request
    return None


@dataclass
class Proxy:
    """The proxy before one system. Change `decide` at any time."""

    upstream: str
    decide: Decide = never
    delay: float = 1.0
    seen: list[Exchange] = field(default_factory=list)
    url: str = ""
    _calls: set["asyncio.Task[None]"] = field(default_factory=set, init=False, repr=False)

    def once(self, fault: Fault, when: Callable[[Request], bool]) -> None:
        """Hurt the next request of this kind, and no other."""
        self.every(1, fault, when, times=1)

    def every(
        self, n: int, fault: Fault, when: Callable[[Request], bool], *, times: int | None = None
    ) -> None:
        """Hurt every n-th request of this kind, at most so many times."""
        count, done = 0, 0

        def decide(request: Request) -> Fault | None:
            nonlocal count, done
            if done == times or not when(request):
                return None
            count += 1
            if count % n:
                return None
            done += 1
            return fault

        self.decide = decide

    def share(self, rate: float, fault: Fault, when: Callable[[Request], bool]) -> None:
        """Hurt this share of the requests of this kind, evenly spread."""
        part, owed = Fraction(rate).limit_denominator(1000), Fraction(0)

        def decide(request: Request) -> Fault | None:
            nonlocal owed
            if not when(request):
                return None
            owed += part
            if owed < 1:
                return None
            owed -= 1
            return fault

        self.decide = decide

    def heal(self) -> None:
        self.decide = never

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one caller's connection until either side closes it or the proxy ends."""
        caller, line = Caller(reader, writer), Line(self.upstream)
        task = asyncio.current_task()
        if task:
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)
        try:
            while request := await read_request(reader):
                if not await self._pass(line, caller, request):
                    return
        except asyncio.CancelledError:
            pass  # the proxy ends; nobody awaits this connection
        finally:
            line.close()
            writer.close()

    async def end(self) -> None:
        for call in list(self._calls):
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    async def _pass(self, line: Line, caller: Caller, request: Request) -> bool:
        """Pass on one request; say whether the caller's connection is still usable."""
        fault = self.decide(request)
        status, answer = await self._hurt(line, fault, request, caller)
        self.seen.append(Exchange(request, fault, status))
        if answer is None:
            caller.break_off()
            return False
        return await caller.tell(answer) and (line.is_open or status in {429, 502})

    async def _hurt(
        self, line: Line, fault: Fault | None, request: Request, caller: Caller
    ) -> tuple[int, bytes | None]:
        match fault:
            case Fault.RESET:
                return 0, None
            case Fault.BLACKHOLE:
                await caller.left()
                return 0, None
            case Fault.THROTTLED:
                return 429, plain(429, "Too Many Requests", "Retry-After: 1")
            case Fault.LATE_COMMIT:
                caller.break_off()
                await asyncio.sleep(self.delay)
        status, answer = await line.ask(request)
        match fault:
            case Fault.LOST_REPLY | Fault.LATE_COMMIT:
                return status, None
            case Fault.BAD_GATEWAY:
                return 502, plain(502, "Bad Gateway")
            case Fault.DELAY:
                await asyncio.sleep(self.delay)
        return status, answer


@asynccontextmanager
async def proxy_before(url: str) -> AsyncIterator[Proxy]:
    """Run a proxy on a free port of loopback while the block runs."""
    proxy = Proxy(url.rstrip("/"))
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        await proxy.end()
