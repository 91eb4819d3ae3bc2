"""A server on loopback that receives a vendor's webhooks."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class Delivery:
    """One POST: the address given to the vendor, headers in lower case, the raw body."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class WebhookReceiver:
    """Answers 401 to a delivery without the vendor's signature, as vendors ask of receivers."""

    def __init__(
        self, is_genuine: Callable[[Delivery], bool], names: Callable[[bytes], Iterable[str]]
    ) -> None:
        self.url = ""
        self._is_genuine = is_genuine
        self._names = names
        self._deliveries: asyncio.Queue[Delivery] = asyncio.Queue()

    async def is_notified_of(self, record: str) -> bool:
        """Whether a delivery names the record within seconds; it must be signed for its body."""
        try:
            delivery = await asyncio.wait_for(self._delivery_of(record), 5)
        except TimeoutError:
            return False
        assert self._is_genuine(delivery), "the vendor did not sign it"
        other = replace(delivery, body=delivery.body + b" ")
        assert not self._is_genuine(other), "the signature is good for any body"
        return True

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        pairs = (line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): value for name, value in pairs}
        body = await reader.readexactly(int(headers["content-length"]))
        delivery = Delivery(self.url, headers, body)
        self._deliveries.put_nowait(delivery)
        status = b"204 No Content" if self._is_genuine(delivery) else b"401 Unauthorized"
        writer.write(b"HTTP/1.1 " + status + b"\r\nconnection: close\r\n\r\n")
        writer.close()

    async def _delivery_of(self, record: str) -> Delivery:
        delivery = await self._deliveries.get()
        while record not in self._names(delivery.body):
            delivery = await self._deliveries.get()
        return delivery


@runtime_checkable
class HasWebhook(Protocol):
    """A harness of a role that has a webhook."""

    def webhook_receiver(self) -> AbstractAsyncContextManager[WebhookReceiver]:
        """Receives the webhooks about the role's records from now on, not earlier ones."""
        ...


@asynccontextmanager
async def open_receiver(
    is_genuine: Callable[[Delivery], bool], names: Callable[[bytes], Iterable[str]]
) -> AsyncIterator[WebhookReceiver]:
    """A receiver for one vendor: how it signs, and which records a body names, by our ids."""
    receiver = WebhookReceiver(is_genuine, names)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/webhooks"
    async with server:
        yield receiver
