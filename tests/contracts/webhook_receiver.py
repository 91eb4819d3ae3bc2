"""An ear: a server on loopback that keeps what a vendor tells by itself."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class Told:
    """One post: the address that the vendor was given, headers in lower case, the raw body."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class Ear:
    """Answers 401 to what does not bear the vendor's signature, as the vendors ask of receivers."""

    def __init__(
        self, is_genuine: Callable[[Told], bool], names: Callable[[bytes], Iterable[str]]
    ) -> None:
        self.url = ""
        self._is_genuine = is_genuine
        self._names = names
        self._told: asyncio.Queue[Told] = asyncio.Queue()

    async def hears_of(self, record: str) -> bool:
        """Whether within seconds a post names the record; it must be signed for just its body."""
        try:
            told = await asyncio.wait_for(self._post_of(record), 5)
        except TimeoutError:
            return False
        assert self._is_genuine(told), "the vendor did not sign it"
        other = replace(told, body=told.body + b" ")
        assert not self._is_genuine(other), "the signature is good for any body"
        return True

    async def _post_of(self, record: str) -> Told:
        told = await self._told.get()
        while record not in self._names(told.body):
            told = await self._told.get()
        return told

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        pairs = (line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): value for name, value in pairs}
        body = await reader.readexactly(int(headers["content-length"]))
        told = Told(self.url, headers, body)
        self._told.put_nowait(told)
        status = b"204 Heard" if self._is_genuine(told) else b"401 Not Signed"
        writer.write(b"HTTP/1.1 " + status + b"\r\nconnection: close\r\n\r\n")
        writer.close()


@runtime_checkable
class Audible(Protocol):
    """A bench of a role that has a webhook."""

    def listening(self) -> AbstractAsyncContextManager[Ear]:
        """An ear that the vendor tells of the role's records from now on, and not of before."""
        ...


@asynccontextmanager
async def listening_ear(
    is_genuine: Callable[[Told], bool], names: Callable[[bytes], Iterable[str]]
) -> AsyncIterator[Ear]:
    """An ear for one vendor: how it signs, and which records a body of its names, by our ids."""
    ear = Ear(is_genuine, names)
    server = await asyncio.start_server(ear.serve, "127.0.0.1", 0)
    ear.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/told"
    async with server:
        yield ear
