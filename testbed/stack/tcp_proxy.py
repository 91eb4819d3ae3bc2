"""A TCP proxy before a server: it passes bytes, holds them all back, or cuts every connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_CHUNK = 65536


@dataclass
class TcpProxy:
    """The proxy before one server. Neither side is told that the other is out of reach."""

    host: str
    port: int
    """Where the server listens."""
    address: tuple[str, int] = ("", 0)
    """Where the proxy listens."""
    _passes: asyncio.Event = field(default_factory=asyncio.Event, init=False, repr=False)
    _streams: set[asyncio.StreamWriter] = field(default_factory=set, init=False, repr=False)
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set, init=False, repr=False)

    def __post_init__(self) -> None:
        self._passes.set()

    def black_hole(self) -> None:
        """Pass nothing more, not even the end of a connection; new ones are accepted."""
        self._passes.clear()

    def heal(self) -> None:
        """Pass what was held back, as TCP does when packets arrive again."""
        self._passes.set()

    def forget(self) -> None:
        """Lose the connections of now for good, as a firewall does that was restarted."""
        self.black_hole()
        self._passes = asyncio.Event()
        self.heal()

    def cut(self) -> None:
        """Break every connection, and forget what was held back."""
        for stream in self._streams:
            stream.transport.abort()
        for task in self._tasks:
            task.cancel()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            self._tasks.add(task)
        self._streams.add(writer)
        passes = self._passes
        try:
            await passes.wait()
            upstream = await asyncio.open_connection(self.host, self.port)
            self._streams.add(upstream[1])
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(_pump(reader, upstream[1], passes))
                    both.create_task(_pump(upstream[0], writer, passes))
            finally:
                self._drop(upstream[1])
        except (OSError, asyncio.CancelledError, ExceptionGroup):
            pass  # one side is gone; the other finds out by its end of stream
        finally:
            self._drop(writer)
            if task:
                self._tasks.discard(task)

    def _drop(self, stream: asyncio.StreamWriter) -> None:
        self._streams.discard(stream)
        stream.close()


async def _pump(
    source: asyncio.StreamReader, sink: asyncio.StreamWriter, passes: asyncio.Event
) -> None:
    while True:
        data = await source.read(_CHUNK)
        await passes.wait()
        if not data:
            sink.close()
            return
        sink.write(data)
        await sink.drain()


@asynccontextmanager
async def tcp_proxy(host: str, port: int) -> AsyncIterator[TcpProxy]:
    """Run a proxy on a free port of loopback while the block runs."""
    proxy = TcpProxy(host, port)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.address = server.sockets[0].getsockname()[:2]
    try:
        yield proxy
    finally:
        server.close()
        proxy.cut()
