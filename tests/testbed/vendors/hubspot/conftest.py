"""A HubSpot account for each test, with HubSpot's official client and a plain one."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from hubspot import HubSpot
from urllib3.util.retry import Retry

from testbed.certificates import authorities
from testbed.vendors import serve
from testbed.vendors.common.app import App

TOKEN = "pat-na1-sales-demo"
CASHWARD = "pat-na1-cashward-demo"
OBJECTS = "/crm/v3/objects"
DEAL = f"{OBJECTS}/deals/51230000017"
# Reading the system's certificates would take longer than most tests.


class Account:
    """A served account and ways to call it."""

    def __init__(self, url: str, app: App, plain: httpx.AsyncClient) -> None:
        self._url = url
        self._plain = plain
        self.app = app
        self.api = self.client(TOKEN)

    def client(self, token: str) -> HubSpot:
        once = Retry(total=0, redirect=0)
        return HubSpot(access_token=token, host=self._url, base_url=self._url, retry=once)

    async def call(self, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Let the official client, which blocks, act in a thread."""
        return await asyncio.to_thread(act, *args, **kwargs)

    async def http(
        self, method: str, path: str, json: object = None, *, token: str = TOKEN, **more: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return await self._plain.request(method, path, json=json, headers=headers, **more)

    async def created(self, kind: str, **properties: object) -> str:
        answer = await self.http("POST", f"{OBJECTS}/{kind}", {"properties": properties})
        return str(answer.raise_for_status().json()["id"])

    async def properties(self, path: str, *names: str) -> dict[str, Any]:
        answer = await self.http("GET", path, params={"properties": ",".join(names)})
        found: dict[str, Any] = answer.raise_for_status().json()["properties"]
        return found

    async def advance(self, seconds: float) -> None:
        """Push the vendor's clock."""
        pushed = await self.http("PUT", "/_sandbox/clock", {"advance": seconds})
        pushed.raise_for_status()

    async def faults(self, **config: object) -> None:
        (await self.http("PUT", "/_sandbox/faults", config)).raise_for_status()


Open = Callable[..., contextlib.AbstractAsyncContextManager[Account]]


@contextlib.asynccontextmanager
async def opened(state: Path, **options: object) -> AsyncIterator[Account]:
    config = {"hubspot": {"search_lag": 0, **options}}
    async with serve(state, only=["hubspot"], config=config) as sandbox:
        url = sandbox.urls["hubspot"]
        async with httpx.AsyncClient(base_url=url, verify=authorities()) as plain:
            yield Account(url, sandbox.apps["hubspot"], plain)


@pytest.fixture
def open_account(tmp_path: Path) -> Open:
    """Opens an account on this test's state; again after it was closed, as a restart does."""
    return lambda **options: opened(tmp_path, **options)


@pytest.fixture
async def account(tmp_path: Path) -> AsyncIterator[Account]:
    async with opened(tmp_path) as account:
        yield account
