"""A Jira site for each test, a plain client and the public client `jira`."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from jira import JIRA

from testbed.certificates import authorities
from testbed.vendors import serve
from testbed.vendors.common.app import App

CASHWARD = ("cashward@lowfold.example", "jira-demo-token")
CLOUD = "/ex/jira/1324a887-45db-1bf4-1e99-ef0ff456d421/rest/api/3"
KANBAN = "com.pyxis.greenhopper.jira:gh-simplified-kanban-classic"
_APPLICATION = {"client_id": "cashward-jira", "client_secret": "jira-demo-secret"}


class Site:
    """A served site and a plain client of it."""

    def __init__(self, url: str, app: App, plain: httpx.AsyncClient) -> None:
        self.url = url
        self.app = app
        self._plain = plain

    @contextlib.asynccontextmanager
    async def client(self) -> AsyncIterator[JIRA]:
        """Return the public client, which blocks: call it in a thread."""
        options: dict[str, Any] = {"server": self.url, "rest_api_version": "3"}
        client: Any = await asyncio.to_thread(
            JIRA, options=options, basic_auth=CASHWARD, max_retries=0
        )
        yield client
        client.close()

    async def ask(self, method: str, path: str, json: object = None, **more: Any) -> httpx.Response:
        is_whole = path.startswith(("/rest/", "/oauth/", "/ex/", "/_"))
        full = path if is_whole else f"/rest/api/3{path}"
        return await self._plain.request(method, full, json=json, **({"auth": CASHWARD} | more))

    async def ask_as_application(
        self, method: str, path: str, json: object = None
    ) -> httpx.Response:
        """Ask at the gateway, with a new access token."""
        bearer = {"Authorization": f"Bearer {await self.access_token()}"}
        return await self.ask(method, CLOUD + path, json, auth=None, headers=bearer)

    async def access_token(self) -> str:
        body = {"grant_type": "client_credentials", **_APPLICATION}
        answer = await self.ask("POST", "/oauth/token", body, auth=None)
        return str(answer.json()["access_token"])

    async def make(self, path: str, json: object) -> dict[str, Any]:
        answer = await self.ask("POST", path, json)
        assert answer.is_success, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def make_project(self, key: str = "ACM7") -> dict[str, Any]:
        return await self.make("/project", project(key))

    async def make_issue(self, summary: str = "Data migration") -> dict[str, Any]:
        return await self.make("/issue", issue(summary))

    async def advance(self, seconds: float) -> None:
        await self.ask("PUT", "/_sandbox/clock", {"advance": seconds})

    async def fail(self, **faults: object) -> None:
        (await self.ask("PUT", "/_sandbox/faults", faults)).raise_for_status()

    def count(self, collection: str) -> int:
        return len(self.app.vendor.store.collection(collection))


def project(key: str = "ACM7") -> dict[str, Any]:
    """The body that makes a project."""
    return {
        "key": key,
        "name": f"Project {key}",
        "projectTypeKey": "software",
        "projectTemplateKey": KANBAN,
        "leadAccountId": "acc-pm",
    }


def issue(summary: str, subject: str = "", **fields: object) -> dict[str, Any]:
    """The body that makes an issue, with a subject in our property."""
    place = {"project": {"key": "ACM7"}, "issuetype": {"name": "Story"}}
    properties = [{"key": "cashward", "value": {"reference": subject}}] if subject else []
    return {"fields": {**place, "summary": summary, **fields}, "properties": properties}


Open = Callable[..., contextlib.AbstractAsyncContextManager[Site]]


@contextlib.asynccontextmanager
async def _opened(state: Path, **options: object) -> AsyncIterator[Site]:
    async with serve(state, only=["jira"], config={"jira": options}) as sandbox:
        url = sandbox.urls["jira"]
        async with httpx.AsyncClient(base_url=url, verify=authorities()) as plain:
            yield Site(url, sandbox.apps["jira"], plain)


@pytest.fixture
def open_site(tmp_path: Path) -> Open:
    """Opens the site of a test, with options; again after a close, as a restart does."""
    return lambda **options: _opened(tmp_path, **options)


@pytest.fixture
async def site(open_site: Open) -> AsyncIterator[Site]:
    async with open_site() as site:
        yield site
