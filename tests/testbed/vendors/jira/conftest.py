"""A Jira site of one's own for each test, and the PyPI client `jira` to talk to it."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from jira import JIRA

from testbed.vendors import serve
from testbed.vendors.common.app import App

CASHWARD = ("cashward@lowfold.example", "jira-demo-token")
KANBAN = "com.pyxis.greenhopper.jira:gh-simplified-kanban-classic"
# Reading the system's certificates would take longer than most tests.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
QUIET: dict[str, Any] = {"limits": False, "search_lag": 0, "hidden_worklog_seconds": 0}


class Site:
    """A served site: a plain client, the PyPI client, and the records behind."""

    def __init__(self, url: str, app: App, plain: httpx.AsyncClient) -> None:
        self.url = url
        self.app = app
        self.plain = plain

    @contextlib.asynccontextmanager
    async def client(self, **options: object) -> AsyncIterator[JIRA]:
        """The PyPI client, which blocks: let it act in a thread."""
        asked = {"server": self.url, **options}
        client: Any = await asyncio.to_thread(
            JIRA, options=asked, basic_auth=CASHWARD, max_retries=0
        )
        yield client
        client.close()

    async def http(
        self, method: str, path: str, json: object = None, **more: Any
    ) -> httpx.Response:
        full = (
            path if path.startswith(("/rest/", "/oauth/", "/ex/", "/_")) else f"/rest/api/3{path}"
        )
        return await self.plain.request(method, full, json=json, **({"auth": CASHWARD} | more))

    async def made(self, path: str, json: object) -> dict[str, Any]:
        answer = await self.http("POST", path, json)
        assert answer.status_code in {200, 201}, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def project(self, key: str = "ACM7", **more: object) -> dict[str, Any]:
        body = {
            "key": key,
            "name": f"Project {key}",
            "projectTypeKey": "software",
            "projectTemplateKey": KANBAN,
            "leadAccountId": "acc-pm",
        }
        return await self.made("/project", body | more)

    async def issue(self, summary: str = "Data migration", **more: Any) -> dict[str, Any]:
        return await self.made("/issue", row(summary, **more))

    async def search(self, jql: str, **more: object) -> list[dict[str, Any]]:
        body = {"jql": jql, "fields": ["summary"], **more}
        found: list[dict[str, Any]] = (await self.made("/search/jql", body))["issues"]
        return found

    async def keys(self, jql: str, **more: object) -> list[str]:
        return [issue["key"] for issue in await self.search(jql, **more)]

    async def faults(self, **config: object) -> None:
        (await self.http("PUT", "/_sandbox/faults", config)).raise_for_status()

    def count(self, collection: str) -> int:
        return len(self.app.vendor.store.collection(collection))


def row(
    summary: str, *, properties: Sequence[object] = (), kind: str = "Story", **fields: object
) -> dict[str, Any]:
    """The body that makes an issue."""
    place = {"project": {"key": "ACM7"}, "issuetype": {"name": kind}}
    return {"fields": {**place, "summary": summary, **fields}, "properties": list(properties)}


def paragraph(text: str) -> dict[str, Any]:
    """A document that says one thing."""
    content = [{"type": "paragraph", "content": [{"type": "text", "text": text}]}]
    return {"type": "doc", "version": 1, "content": content}


Open = Callable[..., contextlib.AbstractAsyncContextManager[Site]]


@contextlib.asynccontextmanager
async def opened(state: Path, **options: object) -> AsyncIterator[Site]:
    config = {"jira": QUIET | options}
    async with serve(state, only=["jira"], config=config) as sandbox:
        url = sandbox.urls["jira"]
        async with httpx.AsyncClient(base_url=url, verify=NO_CERTIFICATES) as plain:
            yield Site(url, sandbox.apps["jira"], plain)


@pytest.fixture
def open_site(tmp_path: Path) -> Open:
    """Opens a site on this test's state; again after it was closed, as a restart does."""
    return lambda **options: opened(tmp_path, **options)


@pytest.fixture
async def site(open_site: Open) -> AsyncIterator[Site]:
    async with open_site() as site:
        yield site
