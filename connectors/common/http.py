"""Calls a vendor over HTTP. It never retries and never sleeps: Temporal does."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypedDict, TypeVar, Unpack
from urllib.parse import quote, urlencode

import httpx
import structlog
from pydantic import BaseModel

from connectors.common.auth import Auth
from connectors.common.response import Response
from connectors.common.trace import correlation
from connectors.common.transport import Http, Query
from ports.failures import ConnectorFailure, Misconfigured, Uncertain, Unreachable
from ports.lease import require_lease

Body = BaseModel | Mapping[str, Any] | Sequence[Any]
T = TypeVar("T")

_log = structlog.get_logger("connectors")
_READS = frozenset({"GET", "HEAD"})
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Sending(TypedDict, total=False):
    """The content of a call. `reads` marks a POST that changes nothing, such as a search."""

    query: Query | None
    body: Body | None
    form: Mapping[str, str] | None
    headers: Mapping[str, str] | None
    reads: bool


@dataclass(frozen=True)
class ApiProfile:
    """The differences of one vendor's API.

    `explain` reads an error first, where the vendor says more than its status does.
    `status` reads the intended status, where the vendor sends another.
    `pause` is how long to wait after a 429 that does not say.
    """

    explain: Callable[[Response], ConnectorFailure | None] = lambda _: None
    status: Callable[[httpx.Response], int] = lambda response: response.status_code
    pause: timedelta = timedelta(seconds=5)
    request_id: str = "X-Request-Id"


_PLAIN = ApiProfile()


class Api:
    """A vendor's HTTP API; it returns successes and raises ConnectorFailure for the rest.

    `parts` fill the `{}` places of a path, percent-encoded; the log shows only the path.
    """

    def __init__(self, system: str, http: Http, auth: Auth, profile: ApiProfile = _PLAIN) -> None:
        self.system = system
        self._http = http
        self._auth = auth
        self._profile = profile

    async def get(self, path: str, *parts: str, **sending: Unpack[Sending]) -> Response:
        return await self._call("GET", path, parts, sending)

    async def post(self, path: str, *parts: str, **sending: Unpack[Sending]) -> Response:
        return await self._call("POST", path, parts, sending)

    async def put(self, path: str, *parts: str, **sending: Unpack[Sending]) -> Response:
        return await self._call("PUT", path, parts, sending)

    async def patch(self, path: str, *parts: str, **sending: Unpack[Sending]) -> Response:
        return await self._call("PATCH", path, parts, sending)

    async def delete(self, path: str, *parts: str, **sending: Unpack[Sending]) -> Response:
        return await self._call("DELETE", path, parts, sending)

    async def _call(
        self, method: str, path: str, parts: Sequence[str], sending: Sending
    ) -> Response:
        deadline = asyncio.get_running_loop().time() + self._http.timeout
        reads = method in _READS or sending.get("reads", False)
        request = self._request(method, path, parts, sending)
        await self._sign(request, deadline)
        response = await self._send(request, path, deadline, reads=reads)
        if response.status == 401 and await self._sign_anew(request, deadline):
            # A 401 was not executed, so the call may be made once more.
            response = await self._send(request, path, deadline, reads=reads)
        if response.is_success:
            return response
        raise self._profile.explain(response) or response.failure(self._profile.pause)

    def _request(
        self, method: str, path: str, parts: Sequence[str], sending: Sending
    ) -> httpx.Request:
        headers = {**(sending.get("headers") or {})}
        if trace := correlation.get():
            headers["X-Correlation-Id"] = trace
        content = b""
        if (body := sending.get("body")) is not None:
            headers["Content-Type"] = "application/json"
            content = _encoded(body)
        elif form := sending.get("form"):
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            content = urlencode(form).encode()
        filled = path.format(*(quote(part, safe="") for part in parts))
        return self._http.request(method, filled, sending.get("query"), headers, content)

    async def _send(
        self, request: httpx.Request, path: str, deadline: float, *, reads: bool
    ) -> Response:
        if not reads:
            require_lease(self.system)
        breaker = self._http.breaker(request.url.netloc.decode())
        breaker.require(self.system)
        started = time.perf_counter()
        try:
            async with asyncio.timeout_at(deadline):
                response = await self._http.send(request, before=None if reads else self._permit)
        except httpx.UnsupportedProtocol as wrong:
            raise Misconfigured(self.system, f"wrong address in the settings: {wrong}") from wrong
        except _NEVER_SENT as refused:
            breaker.failed()
            raise Unreachable(self.system, f"not reached: {_reason(refused)}") from refused
        except (TimeoutError, httpx.RequestError) as lost:
            if isinstance(lost, TimeoutError | httpx.TimeoutException):
                breaker.failed()  # a connection that breaks shows that somebody is there
            failure = Unreachable if reads else Uncertain
            raise failure(self.system, f"the response was lost: {_reason(lost)}") from lost
        breaker.answered()
        status = self._profile.status(response)
        _log.debug(
            "vendor answered",
            system=self.system,
            method=request.method,
            path=path,
            status=status,
            request_id=response.headers.get(self._profile.request_id, ""),
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
        return Response(self.system, status, response.headers, response.text, changes=not reads)

    def _permit(self) -> None:
        require_lease(self.system)

    async def _sign(self, request: httpx.Request, deadline: float) -> None:
        request.headers.update(await self._in_time(self._auth.headers(), deadline))

    async def _sign_anew(self, request: httpx.Request, deadline: float) -> bool:
        failed = request.headers.get("Authorization", "")
        if not await self._in_time(self._auth.refresh(failed), deadline):
            return False
        await self._sign(request, deadline)
        return True

    async def _in_time(self, signing: Awaitable[T], deadline: float) -> T:
        try:
            async with asyncio.timeout_at(deadline):
                return await signing
        except TimeoutError as late:
            raise Unreachable(self.system, "no time was left after signing in") from late


def _encoded(body: Body) -> bytes:
    plain = body
    if isinstance(body, BaseModel):
        plain = body.model_dump(by_alias=True, exclude_none=True)
    return json.dumps(plain, ensure_ascii=False, default=_json, separators=(",", ":")).encode()


def _json(value: object) -> object:
    """Write dates as ISO 8601, and a Decimal as a number if JSON readers get it back exactly."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        number = float(value)
        if Decimal(repr(number)) == value:
            return number
        raise ValueError(f"{value} has too many digits for a JSON number: send it as text")
    raise TypeError(f"{type(value).__name__} has no place in a JSON body")


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
