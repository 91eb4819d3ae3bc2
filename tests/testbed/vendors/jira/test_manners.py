"""Faults, limits, webhooks and what outlives a restart."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from testbed.vendors.jira.hooks import signature
from tests.testbed.vendors.jira.conftest import Open, Site, row

MARK = [{"key": "cashward", "value": {"subject": "w7"}}]


@pytest.mark.parametrize("kind", ["lost_reply", "error_after", "malformed"])
async def test_an_issue_whose_reply_is_spoilt_is_made(site: Site, kind: str) -> None:
    await site.project()
    await site.faults(rules=[{"operation": "POST */issue", "key": "w7", "kind": kind}])
    with contextlib.suppress(httpx.RemoteProtocolError):
        answer = await site.http("POST", "/issue", row("Data", properties=MARK))
        assert answer.status_code in {500, 200}
    assert site.count("issues") == 1


@pytest.mark.parametrize(
    ("path", "body", "key"),
    [
        ("/project", {"key": "BETA", "name": "Beta", "leadAccountId": "acc-pm"}, "BETA"),
        ("/version", {"name": "M1", "project": "ACM7"}, "M1"),
        ("/issue", row("Data", properties=MARK), "w7"),
        ("/issue", row("Data", labels=["cw-9"]), "cw-9"),
        ("/issue", row("Data"), "Data"),
        ("/issue/bulk", {"issueUpdates": [row("Data", properties=MARK)]}, "w7"),
    ],
)
async def test_a_change_is_known_by_its_business_key(
    site: Site, path: str, body: object, key: str
) -> None:
    await site.project()
    await site.faults(rules=[{"operation": f"POST */3{path}", "key": key, "kind": "throttle"}])
    first = await site.http("POST", path, body)
    assert first.status_code == 429
    assert first.headers["retry-after"] == "1"
    assert first.headers["ratelimit-reason"] == "jira-burst-based"
    assert first.json()["status"] == 429
    assert (await site.http("POST", path, body)).status_code == 201


async def test_reads_by_post_are_no_changes(site: Site) -> None:
    await site.project()
    await site.faults(rate=1.0, changes_only=True, weights={"error_before": 1})
    found = await site.http("POST", "/search/jql", {"jql": "project = ACM7"})
    made = await site.http("POST", "/issue", row("Data"))
    assert (found.status_code, made.status_code) == (200, 500)


async def test_writes_to_one_issue_are_limited(open_site: Open) -> None:
    async with open_site(limits={}) as site:
        await site.project()
        await site.issue()
        path, body = "/issue/ACM7-1/properties/p", {"n": 1}
        answers = [await site.http("PUT", path, body) for _ in range(21)]
        assert [answer.status_code for answer in answers[:20]] == [201, *[200] * 19]
        last = answers[-1]
        assert (last.status_code, last.headers["ratelimit-reason"]) == (
            429,
            "jira-per-issue-on-write",
        )
        assert 1 <= int(last.headers["retry-after"]) <= 2


async def test_everything_outlives_a_restart(open_site: Open) -> None:
    async with open_site() as site:
        await site.project()
        made = await site.issue(properties=MARK)
    async with open_site() as site:
        assert await site.keys("project = ACM7") == [made["key"]]
        later = await site.issue()
        assert int(later["id"]) > int(made["id"])
        assert later["key"] == "ACM7-2"


class Listener:
    """Takes what is posted to it; answers the first post as told."""

    def __init__(self, first: int) -> None:
        self.statuses = [first]
        self.posts: list[tuple[dict[str, str], bytes]] = []
        self.url = ""

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:]
        pairs = (line.partition(": ") for line in head if line)
        headers = {name.lower(): value for name, _, value in pairs}
        body = await reader.readexactly(int(headers["content-length"]))
        self.posts.append((headers, body))
        status = self.statuses.pop(0) if self.statuses else 200
        writer.write(
            f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
        )
        await writer.drain()
        writer.close()

    async def heard(self, count: int) -> list[tuple[dict[str, str], bytes]]:
        async with asyncio.timeout(5):
            while len(self.posts) < count:
                await asyncio.sleep(0.01)
        return self.posts


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listener = Listener(first=503)
    server = await asyncio.start_server(listener.take, "127.0.0.1", 0)
    listener.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hooks"
    async with server:
        yield listener


async def test_a_released_version_is_told_signed_and_again(
    open_site: Open, listener: Listener
) -> None:
    async with open_site(webhook_pause_seconds=0.05) as site:
        hook = {
            "name": "cashward",
            "url": listener.url,
            "events": ["jira:version_released", "jira:issue_updated"],
            "secret": "s3cret",
        }
        registered = await site.made("/rest/webhooks/1.0/webhook", hook)
        assert "secret" not in registered
        await site.project()
        version = await site.made("/version", {"name": "M1", "project": "ACM7"})
        await site.http("PUT", f"/version/{version['id']}", {"released": True})
        first, second = await listener.heard(2)
        assert json.loads(first[1])["webhookEvent"] == "jira:version_released"
        assert json.loads(first[1])["version"]["released"] is True
        assert first[0]["x-hub-signature"] == signature("s3cret", first[1])
        same = "x-atlassian-webhook-identifier"
        assert (first[1], first[0][same]) == (second[1], second[0][same])
        assert second[0]["x-atlassian-webhook-retry"] == "1"
        await site.issue()
        await site.http("PUT", "/issue/ACM7-1", {"fields": {"summary": "Moved"}})
        told = json.loads((await listener.heard(3))[2][1])
        assert told["changelog"]["items"][0]["toString"] == "Moved"


def test_the_signature_is_the_documented_one() -> None:
    assert signature("It's a Secret to Everybody", b"Hello World!") == (
        "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    )


async def test_an_unknown_path_and_method_are_told_apart(site: Site) -> None:
    assert (await site.http("GET", "/nothing/here")).status_code == 404
    wrong = await site.http("PATCH", "/project/ACM7")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "DELETE, GET, PUT")
    bad = await site.http("GET", "/project/search?maxResults=abc")
    assert bad.json()["detail"] == "Failed to convert 'maxResults' with value: 'abc'"
