"""Webhooks: registered, signed, delivered at least once."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from testbed.vendors.jira.webhook_delivery import signature
from tests.testbed.vendors.jira.conftest import Open, Site

ADMIN = "/rest/webhooks/1.0/webhook"


class Listener:
    """Receives requests; answers the first one with an error."""

    def __init__(self) -> None:
        self.statuses = [503]
        self.requests: asyncio.Queue[tuple[dict[str, str], bytes]] = asyncio.Queue()
        self.url = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:]
        pairs = (line.partition(": ") for line in head if line)
        headers = {name.lower(): value for name, _, value in pairs}
        body = await reader.readexactly(int(headers["content-length"]))
        status = self.statuses.pop() if self.statuses else 200
        head_lines = f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        writer.write(head_lines.encode())
        await writer.drain()
        writer.close()
        self.requests.put_nowait((headers, body))

    async def next(self) -> tuple[dict[str, str], dict[str, Any], bytes]:
        headers, body = await asyncio.wait_for(self.requests.get(), 10)
        return headers, json.loads(body), body


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listener = Listener()
    server = await asyncio.start_server(listener.answer, "127.0.0.1", 0)
    listener.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hooks"
    async with server:
        yield listener


@pytest.fixture
async def site(open_site: Open) -> AsyncIterator[Site]:
    async with open_site(webhook_pause_seconds=0) as site:
        await site.make_project()
        yield site


async def test_a_released_version_is_delivered_signed_and_again_after_an_error(
    site: Site, listener: Listener
) -> None:
    webhook = {
        "name": "cashward",
        "url": listener.url,
        "events": ["jira:version_released"],
        "secret": "s3cret",
    }
    assert "secret" not in await site.make(ADMIN, webhook)
    version = await site.make("/version", {"name": "M1", "project": "ACM7"})
    await site.ask("PUT", f"/version/{version['id']}", {"released": True})
    first, event, body = await listener.next()
    again, _, same_body = await listener.next()
    assert (event["webhookEvent"], event["version"]["id"]) == (
        "jira:version_released",
        version["id"],
    )
    assert first["x-hub-signature"] == signature("s3cret", body)
    identifier = "x-atlassian-webhook-identifier"
    assert (body, first[identifier]) == (same_body, again[identifier])
    assert again["x-atlassian-webhook-retry"] == "1"


async def test_a_webhook_hears_of_the_events_that_it_names(site: Site, listener: Listener) -> None:
    listener.statuses.clear()
    webhook = {"name": "late", "url": listener.url, "events": ["jira:version_deleted"]}
    await site.make(ADMIN, webhook)
    version = await site.make("/version", {"name": "M1", "project": "ACM7"})
    await site.ask("POST", f"/version/{version['id']}/removeAndSwap", {})
    headers, event, _ = await listener.next()
    assert (event["webhookEvent"], event["version"]["name"]) == ("jira:version_deleted", "M1")
    assert "x-hub-signature" not in headers


@pytest.mark.parametrize("change", [{"name": ""}, {"url": "nowhere"}, {"events": []}])
async def test_an_incomplete_webhook_is_refused(site: Site, change: dict[str, Any]) -> None:
    webhook = {"name": "one", "url": "http://x", "events": ["jira:version_created"]} | change
    assert (await site.ask("POST", ADMIN, webhook)).status_code == 400


def test_the_signature_is_the_documented_one() -> None:
    assert signature("It's a Secret to Everybody", b"Hello World!") == (
        "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    )
