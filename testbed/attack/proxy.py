"""A TCP proxy before PostgreSQL that cuts connections, or keeps them open and passes nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast


@dataclass
class Proxy:
    """The proxy before one server on loopback."""

    upstream: int
    port: int = 0
    is_silent: bool = False
    _ends: "set[_End]" = field(default_factory=set)

    @property
    def connections(self) -> int:
        return len(self._ends) // 2

    def cut(self) -> int:
        """Break every connection now; return how many there were."""
        broken = self.connections
        for end in list(self._ends):
            end.transport.abort()
        return broken

    def black_hole(self) -> None:
        """Pass nothing more, without closing anything; new connections open and stay silent."""
        self.is_silent = True
        for end in self._ends:
            end.transport.pause_reading()

    def heal(self) -> None:
        """Pass everything again, also what was sent meanwhile."""
        self.is_silent = False
        for end in self._ends:
            end.transport.resume_reading()

    def join(self, end: "_End") -> None:
        self._ends.add(end)
        if self.is_silent:
            end.transport.pause_reading()

    def leave(self, end: "_End") -> None:
        self._ends.discard(end)


class _End(asyncio.Protocol):
    """One end of a connection: what it hears, the other end says."""

    transport: asyncio.Transport

    def __init__(self, proxy: Proxy, other: "_End | None" = None) -> None:
        self._proxy = proxy
        self._other = other
        self._early: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._proxy.join(self)
        if self._other:
            self._other.meet(self)
        else:
            self._dialling = asyncio.ensure_future(self._dial())

    def meet(self, other: "_End") -> None:
        """Learn the other end, and tell it what came before it was there."""
        self._other = other
        for data in self._early:
            other.say(data)

    def say(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(data)

    def data_received(self, data: bytes) -> None:
        if self._other:
            self._other.say(data)
        else:
            self._early.append(data)

    def connection_lost(self, _: Exception | None) -> None:
        self._proxy.leave(self)
        if self._other and not self._other.transport.is_closing():
            self._other.transport.close()

    async def _dial(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(
                lambda: _End(self._proxy, self), "127.0.0.1", self._proxy.upstream
            )
        except OSError:
            self.transport.abort()


@asynccontextmanager
async def proxy_before(upstream: int) -> AsyncIterator[Proxy]:
    """Run a proxy before a port of loopback while the block runs."""
    proxy = Proxy(upstream)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _End(proxy), "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        proxy.cut()
