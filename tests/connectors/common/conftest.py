"""A vendor on a socket that answers as a test scripts it, and remembers its requests."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from email.parser import BytesHeaderParser
from email.policy import HTTP

import pytest

from connectors.common import Anonymous, Api, ApiProfile, Auth, Http, HttpSettings, open_http

HANG = b"hang"
HANG_UP = b""


@dataclass(frozen=True)
class Asked:
    """One request as it came over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Wire:
    """A server that answers each request by its path, else with the next line of its script.

    An empty answer hangs up.
    """

    url: str
    http: Http = field(init=False)
    script: list[bytes] = field(default_factory=list)
    by_path: dict[str, bytes] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def will(self, *answers: bytes) -> None:
        self.script.extend(answers)

    def api(
        self, auth: Auth | None = None, *, timeout: float = 5, profile: ApiProfile | None = None
    ) -> Api:
        http = replace(self.http, timeout=timeout)
        return Api("vendor", http, auth or Anonymous(), profile or ApiProfile())

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while self.script or not reader.at_eof():
                asked = await _request(reader)
                self.asked.append(asked)
                path = asked.target.partition("?")[0]
                answer = self.by_path.get(path) or self.script.pop(0)
                if answer == HANG:
                    await reader.read()
                writer.write(answer if answer != HANG else HANG_UP)
                await writer.drain()
                if not answer.startswith(b"HTTP") or b"Connection: close" in answer:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def _request(reader: asyncio.StreamReader) -> Asked:
    head = await reader.readuntil(b"\r\n\r\n")
    first, _, rest = head.partition(b"\r\n")
    method, target, _ = first.decode().split(" ")
    headers = dict(BytesHeaderParser(policy=HTTP).parsebytes(rest).items())
    length = int(headers.get("Content-Length", headers.get("content-length", "0")))
    names = {name.lower(): value for name, value in headers.items()}
    return Asked(method, target, names, await reader.readexactly(length))


def answer(status: int, body: object = None, **headers: str) -> bytes:
    """An HTTP answer; text goes as it is, all else as JSON."""
    text = body if isinstance(body, str) else json.dumps(body)
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(text.encode())}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", text]).encode()


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with AsyncExitStack() as stack:
        wire = Wire(url)
        await stack.enter_async_context(await asyncio.start_server(wire.serve, sock=listening))
        # From Python 3.12 a server that closes waits for its clients: ours must leave first.
        wire.http = await stack.enter_async_context(open_http(url, HttpSettings()))
        yield wire
