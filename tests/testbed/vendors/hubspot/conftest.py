"""A HubSpot of one's own for each test, and HubSpot's official client to talk to it."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from hubspot import HubSpot
from urllib3.util.retry import Retry

from testbed.vendors import serve
from testbed.vendors.common.app import App
from testbed.vendors.hubspot import HubSpot as Vendor

TOKEN = "pat-na1-cashward-demo"
# Reading the system's certificates would take longer than most tests.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
QUIET: dict[str, Any] = {"limits": False, "search_lag": 0}


class Account:
    """A served account: the official client, a plain one, and the books behind."""

    def __init__(self, url: str, app: App, plain: httpx.AsyncClient) -> None:
        self.url = url
        self.plain = plain
        self.app = app
        self.api = self.client(TOKEN)

    def client(self, token: str) -> HubSpot:
        once = Retry(total=0, redirect=0)
        return HubSpot(access_token=token, host=self.url, base_url=self.url, retry=once)

    async def call(self, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Let the official client, which blocks, act in a thread."""
        return await asyncio.to_thread(act, *args, **kwargs)

    async def http(
        self,
        method: str,
        path: str,
        json: object = None,
        *,
        token: str = TOKEN,
        **more: Any,
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return await self.plain.request(method, path, json=json, headers=headers, **more)

    async def faults(self, **config: object) -> None:
        (await self.http("PUT", "/_sandbox/faults", config)).raise_for_status()

    @property
    def vendor(self) -> Vendor:
        assert isinstance(self.app.vendor, Vendor)
        return self.app.vendor

    @property
    def lines(self) -> list[dict[str, Any]]:
        return self.app.oplog.lines


Open = Callable[..., contextlib.AbstractAsyncContextManager[Account]]


@contextlib.asynccontextmanager
async def opened(state: Path, **options: object) -> AsyncIterator[Account]:
    config = {"hubspot": QUIET | options}
    async with serve(state, only=["hubspot"], config=config) as sandbox:
        url = sandbox.urls["hubspot"]
        async with httpx.AsyncClient(base_url=url, verify=NO_CERTIFICATES) as plain:
            yield Account(url, sandbox.apps["hubspot"], plain)


@pytest.fixture
def open_account(tmp_path: Path) -> Open:
    """Opens an account on this test's state; again after it was closed, as a restart does."""
    return lambda **options: opened(tmp_path, **options)


@pytest.fixture
async def account(tmp_path: Path) -> AsyncIterator[Account]:
    async with opened(tmp_path) as account:
        yield account
