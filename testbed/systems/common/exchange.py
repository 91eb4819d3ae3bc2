"""One HTTP exchange at a time over a raw connection, without a byte changed."""

import asyncio
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import h11

_PIECE = 65536


@dataclass(frozen=True)
class Request:
    """A request; `raw` is all of it as it came."""

    method: str
    path: str
    body: bytes
    raw: bytes = field(repr=False, default=b"")


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """Read the next whole request; None if the caller has left or it cannot be parsed."""
    parser, raw, body, head = h11.Connection(h11.SERVER), b"", b"", None
    while True:
        try:
            event = parser.next_event()
        except h11.RemoteProtocolError:
            return None
        match event:
            case h11.Request():
                head = event
            case h11.Data():
                body += bytes(event.data)
            case h11.EndOfMessage() if head:
                return Request(head.method.decode(), head.target.decode(), body, raw)
            case h11.NEED_DATA:
                piece = await _piece(reader)
                if not piece:
                    return None
                raw += piece
                parser.receive_data(piece)
            case _:
                return None


@dataclass(frozen=True)
class Caller:
    """The caller's end of a connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def tell(self, answer: bytes) -> bool:
        """Send it; say whether the caller was still connected."""
        with suppress(OSError):
            self.writer.write(answer)
            await self.writer.drain()
            return True
        return False

    async def left(self) -> None:
        """Wait until the caller gives up."""
        while await _piece(self.reader):
            pass

    def break_off(self) -> None:
        """Reset the connection, as a crash does."""
        wire = self.writer.get_extra_info("socket")
        with suppress(OSError):
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@dataclass
class Line:
    """The proxy's own connection to the system, opened at the first request."""

    upstream: str
    _reader: asyncio.StreamReader | None = field(default=None, init=False)
    _writer: asyncio.StreamWriter | None = field(default=None, init=False)

    @property
    def is_open(self) -> bool:
        return self._writer is not None

    async def ask(self, request: Request) -> tuple[int, bytes | None]:
        """Send a request; return the status and the whole response, or 0 and None without one."""
        for fresh in (False, True):  # a connection kept open may have been closed meanwhile
            if fresh or self._writer is None:
                await self._connect()
            if self._writer is None or self._reader is None:
                return 0, None
            with suppress(OSError, h11.RemoteProtocolError):  # it may die in the middle of a word
                self._writer.write(request.raw)
                await self._writer.drain()
                status, answer, keep = await _read_answer(self._reader, request)
                if answer is not None:
                    if not keep:
                        self.close()
                    return status, answer
            self.close()
            if request.method not in {"GET", "HEAD"}:
                return 0, None
        return 0, None

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    async def _connect(self) -> None:
        self.close()
        at = urlsplit(self.upstream)
        with suppress(OSError):
            self._reader, self._writer = await asyncio.open_connection(at.hostname, at.port)


def plain(status: int, reason: str, header: str = "") -> bytes:
    """Return a response that a gateway makes itself."""
    lines = [f"HTTP/1.1 {status} {reason}", "Content-Type: text/plain", "Content-Length: 0"]
    return "\r\n".join([*lines, *filter(None, [header]), "", ""]).encode()


async def _read_answer(
    reader: asyncio.StreamReader, request: Request
) -> tuple[int, bytes | None, bool]:
    """Return the status, all bytes, and whether the connection may be used again."""
    parser, raw, status, keep = h11.Connection(h11.CLIENT), b"", 0, True
    parser.send(h11.Request(method=request.method, target=request.path, headers=[("Host", "x")]))
    parser.send(h11.EndOfMessage())
    while True:
        match event := parser.next_event():
            case h11.Response():
                status = event.status_code
            case h11.EndOfMessage():
                keep = parser.our_state is not h11.MUST_CLOSE
                return status, raw, keep and parser.their_state is h11.DONE
            case h11.NEED_DATA:
                piece = await _piece(reader)
                if not piece and not status:
                    return 0, None, False
                raw += piece
                parser.receive_data(piece)
            case h11.ConnectionClosed():
                return status, raw if status else None, False
            case _:
                pass


async def _piece(reader: asyncio.StreamReader) -> bytes:
    with suppress(OSError):
        return await reader.read(_PIECE)
    return b""
