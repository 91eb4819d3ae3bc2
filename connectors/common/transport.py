"""HTTP transport to a vendor: httpx's transport without its client.

The client's cookies, redirects and authentication cost as much as the call itself, and we need
none of them.
"""

import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from types import ModuleType
from typing import cast

import httpx

from connectors.common.breaker import CircuitBreaker
from connectors.common.settings import HttpSettings

Query = Mapping[str, str | int | Sequence[str]]

if find_spec("sniffio") is None:
    # httpcore imports it at every call, and would search the disk each time to find it missing.
    sys.modules["sniffio"] = cast("ModuleType", None)
# Shorter than servers keep an idle connection, so that a call seldom meets one that just closed.
_KEEP_ALIVE_SECONDS = 4.0
# The events of httpcore, https://www.encode.io/httpcore/extensions/#trace
_ABOUT_TO_SEND = frozenset(
    {"http11.send_request_headers.started", "http11.send_request_body.started"}
)
_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": "cashward",
}


@dataclass(frozen=True)
class Http:
    """Pooled connections to one vendor, without redirects, cookies or the environment's proxy."""

    url: str
    transport: httpx.AsyncBaseTransport
    timeout: float
    """The seconds that a whole call may take."""
    extensions: Mapping[str, object]
    _breakers: dict[str, CircuitBreaker] = field(default_factory=dict)

    def breaker(self, host: str) -> CircuitBreaker:
        """Return the breaker of a host: a vendor's sign-in may live on another one."""
        return self._breakers.setdefault(host, CircuitBreaker(host))

    def request(
        self, method: str, url: str, query: Query | None, headers: Mapping[str, str], content: bytes
    ) -> httpx.Request:
        """Build a request; `url` is a path below the vendor's, or a whole address for sign-in."""
        address = httpx.URL(url if "://" in url else self.url + url)
        if query:
            address = address.copy_merge_params(query)
        return httpx.Request(
            method,
            address,
            headers={**_HEADERS, **headers},
            content=content,
            extensions={**self.extensions},
        )

    async def send(
        self, request: httpx.Request, *, before: Callable[[], None] | None = None
    ) -> httpx.Response:
        """Send a request and read the whole response. Raises what httpx does.

        `before` is called when a connection is ready, immediately before the request's head and
        again before its body leaves; if it raises, nothing more is sent.
        """
        if before:
            request.extensions["trace"] = _calls(before)
        response = await self.transport.handle_async_request(request)
        try:
            await response.aread()
        finally:
            await response.aclose()
        return response


@asynccontextmanager
async def open_http(url: str, settings: HttpSettings) -> AsyncIterator[Http]:
    """Open the transport to one vendor. Nothing is sent before the first call."""
    transport = httpx.AsyncHTTPTransport(
        verify=_authorities(),
        limits=httpx.Limits(
            max_connections=settings.max_connections,
            max_keepalive_connections=settings.max_connections,
            keepalive_expiry=_KEEP_ALIVE_SECONDS,
        ),
        trust_env=False,
    )
    extensions = {"timeout": httpx.Timeout(settings.timeout_seconds).as_dict()}
    async with transport:
        address = str(httpx.URL(url)).rstrip("/")
        yield Http(address, transport, settings.timeout_seconds, extensions)


def _calls(before: Callable[[], None]) -> Callable[[str, object], Awaitable[None]]:
    async def trace(event: str, _: object) -> None:
        if event in _ABOUT_TO_SEND:
            before()

    return trace


@cache
def _authorities() -> ssl.SSLContext:
    """Load the trusted certificate authorities once: loading takes longer than many a call."""
    return httpx.create_ssl_context(trust_env=False)
