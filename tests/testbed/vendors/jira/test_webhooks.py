"""Webhooks: registered, refreshed, signed, delivered at least once."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from testbed.vendors.jira.webhook_delivery import signature, signed_token
from tests.testbed.vendors.jira.conftest import Open, Site

ADMIN = "/rest/webhooks/1.0/webhook"
DAY = 24 * 3600


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


async def register(site: Site, url: str, *events: str, jql: str = "project = ACM7") -> Any:
    webhook = {"url": url, "webhooks": [{"events": events, "jqlFilter": jql}]}
    answer = await site.ask_as_application("POST", "/webhook", webhook)
    (result,) = answer.json()["webhookRegistrationResult"]
    return result


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


async def test_an_application_hears_of_the_issues_that_its_filter_finds(
    site: Site, listener: Listener
) -> None:
    listener.statuses.clear()
    other = await register(site, listener.url, "jira:issue_created", jql="project = BETA")
    mine = await register(site, listener.url, "jira:issue_created")
    assert other["createdWebhookId"] != mine["createdWebhookId"]
    made = await site.make_issue()
    headers, event, _ = await listener.next()
    assert event["issue"]["key"] == made["key"]
    assert event["matchedWebhookIds"] == [mine["createdWebhookId"]]
    token = signed_token("cashward-jira", "jira-demo-secret", event)
    assert headers["authorization"] == f"Bearer {token}"


async def test_a_removed_webhook_receives_nothing(site: Site, listener: Listener) -> None:
    listener.statuses.clear()
    webhook = {"name": "old", "url": listener.url, "events": ["project_updated"]}
    gone = await site.make(ADMIN, webhook)
    await site.make(ADMIN, {**webhook, "events": ["worklog_created"]})
    assert (await site.ask("DELETE", gone["self"].removeprefix(site.url))).status_code == 204
    await site.ask("PUT", "/project/ACM7", {"description": "Changed"})
    await site.make_issue()
    await site.make("/issue/ACM7-1/worklog", {"timeSpent": "1h"})
    _, event, _ = await listener.next()
    assert event["webhookEvent"] == "worklog_created"


async def test_a_webhook_of_an_application_expires_unless_refreshed(
    site: Site, listener: Listener
) -> None:
    listener.statuses.clear()
    await register(site, listener.url, "jira:version_created")
    kept = (await register(site, listener.url, "jira:version_created"))["createdWebhookId"]
    await site.advance(20 * DAY)
    answer = await site.ask_as_application("PUT", "/webhook/refresh", {"webhookIds": [kept]})
    await site.advance(15 * DAY)
    await site.make("/version", {"name": "M1", "project": "ACM7"})
    _, event, _ = await listener.next()
    assert event["matchedWebhookIds"] == [kept]
    assert listener.requests.empty()
    listed = (await site.ask_as_application("GET", "/webhook")).json()["values"]
    assert listed[1]["expirationDate"] == answer.json()["expirationDate"]
    await site.ask_as_application("DELETE", "/webhook", {"webhookIds": [kept]})
    assert len((await site.ask_as_application("GET", "/webhook")).json()["values"]) == 1


async def test_an_invalid_webhook_of_an_application_is_refused_with_its_errors(site: Site) -> None:
    assert "errors" in await register(site, "http://x", "worklog_created")
    assert "errors" in await register(site, "http://x", "jira:issue_created", jql="colour = red")
    assert "errors" in await register(site, "http://x", "jira:issue_created", jql="")
    assert site.count("webhooks") == 0


async def test_only_an_application_registers_and_nobody_lists_failures(site: Site) -> None:
    assert (await site.ask("POST", "/webhook", {"webhooks": []})).status_code == 403
    assert (await site.ask("GET", "/webhook/failed")).status_code == 403
    assert (await site.ask_as_application("GET", "/webhook/failed")).status_code == 403


def test_the_signature_is_the_documented_one() -> None:
    assert signature("It's a Secret to Everybody", b"Hello World!") == (
        "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    )
