"""The people's clients of the vendors' APIs, each with a person's credentials."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import httpx

from cli.errors import CliError, ExitCode
from testbed.certificates import authorities

_SALES = {"Authorization": "Bearer pat-na1-sales-demo"}
_MANAGER = httpx.BasicAuth("pm@lowfold.example", "jira-pm-token")
_BANK = {
    "grant_type": "client_credentials",
    "client_id": "bank-feed",
    "client_secret": "xero-bank-secret",
}
_UNAUTHORISED: Final = 401
_TOO_MANY_REQUESTS: Final = 429
_JSON = {"Accept": "application/json"}
_CONNECTIONS: Final = 6  # as many as a browser opens to one host
TIMEOUT = 30.0


class VendorClient:
    """One vendor, as one person uses it."""

    def __init__(self, name: str, http: httpx.AsyncClient) -> None:
        self.name = name
        self.url = str(http.base_url).rstrip("/")
        self._http = http

    async def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:  # noqa: ANN401 - JSON, its amounts exact
        asking = self._http.build_request(method, path, json=body, params=query, headers=headers)
        answer = await self._send(asking)
        if answer.is_error:
            said = answer.text[:300]
            raise CliError(f"{self.name} refused {method} {path}: {said}", ExitCode.DOWN)
        return json.loads(answer.text, parse_float=Decimal) if answer.content else None

    async def _send(self, asking: httpx.Request) -> httpx.Response:
        """Send a request, and again after each pause that a rate limit asks for."""
        while True:
            answer = await self._send_once(asking)
            if answer.status_code != _TOO_MANY_REQUESTS:
                return answer
            await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))

    async def _send_once(self, asking: httpx.Request) -> httpx.Response:
        """Send a request; repeat a read, as a browser does, if an idle connection was closed."""
        try:
            return await self._http.send(asking)
        except httpx.TransportError as broken:
            if asking.method != "GET":
                what = f"{asking.method} {asking.url.path}"
                raise CliError(
                    f"{self.name} did not answer {what}: {broken!r}", ExitCode.DOWN
                ) from broken
        return await self._http.send(asking)


@dataclass(frozen=True)
class VendorClients:
    """Sales at the CRM, delivery at the PM, the customers' bank at the ERP."""

    crm: VendorClient
    pm: VendorClient
    erp: VendorClient


@asynccontextmanager
async def open_clients(urls: Mapping[str, str]) -> AsyncIterator[VendorClients]:
    async with (
        _browser(urls["hubspot"], headers=_SALES) as crm,
        _browser(urls["jira"], auth=_MANAGER) as pm,
        _browser(urls["xero"], auth=_BankLogin(urls["xero"]), headers=_JSON) as erp,
    ):
        yield VendorClients(
            VendorClient("hubspot", crm), VendorClient("jira", pm), VendorClient("xero", erp)
        )


def _browser(
    url: str, *, headers: Mapping[str, str] | None = None, auth: httpx.Auth | None = None
) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=_CONNECTIONS)
    return httpx.AsyncClient(
        base_url=url,
        headers=headers,
        auth=auth,
        timeout=TIMEOUT,
        limits=limits,
        verify=authorities(),
    )


async def inject_faults(urls: Mapping[str, str], faults: Mapping[str, object]) -> None:
    """Make the sandbox's vendors fail in these ways from now on."""
    async with httpx.AsyncClient(verify=authorities()) as http:
        for url in urls.values():
            (await http.put(f"{url}/_sandbox/faults", json=faults)).raise_for_status()


class _BankLogin(httpx.Auth):
    """Signs the bank in, and again when its token has expired."""

    requires_response_body = True

    def __init__(self, url: str) -> None:
        self._token_url = f"{url}/connect/token"
        self._token = ""

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        for _ in range(2):
            if not self._token:
                login = yield httpx.Request("POST", self._token_url, data=_BANK)
                await login.aread()
                self._token = str(login.json()["access_token"])
            request.headers["Authorization"] = f"Bearer {self._token}"
            answer = yield request
            if answer.status_code != _UNAUTHORISED:
                return
            self._token = ""
