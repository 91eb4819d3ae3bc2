"""Webhooks: the content of an event, its signature, and its retries until it is received."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hubspot.utils.signature import Signature

from tests.testbed.vendors.hubspot.conftest import DEAL, OBJECTS, Account, Open

SECRET = "cw-demo-secret-7c1f"


class Receiver:
    """A small server that keeps what is posted and answers as a test sets it."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.posts: asyncio.Queue[tuple[dict[str, str], bytes]] = asyncio.Queue()
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                pairs = (line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
                headers = {name.lower(): value for name, value in pairs}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                status = self.statuses.pop(0) if self.statuses else 204
                writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n".encode())
                self.posts.put_nowait((headers, body))
        writer.close()

    async def post(self) -> tuple[dict[str, str], list[dict[str, Any]], bytes]:
        async with asyncio.timeout(5):
            headers, body = await self.posts.get()
        return headers, json.loads(body), body

    @property
    def options(self) -> dict[str, str]:
        return {"url": self.url, "secret": SECRET}


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/in?src=crm%3Ademo"
    async with server:
        yield receiver


async def patch(account: Account, **properties: str) -> None:
    answer = await account.http("PATCH", DEAL, {"properties": properties})
    answer.raise_for_status()


async def test_a_won_deal_is_posted_and_signed(open_account: Open, receiver: Receiver) -> None:
    async with open_account(webhooks=receiver.options) as account:
        await patch(account, dealstage="closedwon")
        headers, (event, *_), raw = await receiver.post()
    assert (event["subscriptionType"], event["objectId"]) == ("deal.propertyChange", 51230000017)
    assert (event["propertyName"], event["propertyValue"]) == ("dealstage", "closedwon")
    assert (event["changeSource"], event["attemptNumber"]) == ("CRM_UI", 0)
    assert Signature.is_valid(
        signature=headers["x-hubspot-signature-v3"],
        client_secret=SECRET,
        request_body=raw.decode(),
        http_uri=receiver.url.replace("%3A", ":"),
        signature_version="v3",
        timestamp=headers["x-hubspot-request-timestamp"],
    )


async def test_an_event_is_sent_again_when_its_pause_is_over(
    open_account: Open, receiver: Receiver
) -> None:
    receiver.statuses = [500, 404, 204]
    async with open_account(webhooks=receiver.options) as account:
        await patch(account, amount="1")
        attempts = []
        for pause in (60, 300, 900):
            _, (event,), _ = await receiver.post()
            attempts.append(event["attemptNumber"])
            await delivered(account)
            await account.advance(pause)
        await delivered(account)
    assert (attempts, receiver.posts.qsize()) == ([0, 1, 2], 0)


async def delivered(account: Account) -> None:
    """Wait until the outcome of the last post is in the outbox."""
    outbox = account.app.vendor.store.collection("_outbox")
    async with asyncio.timeout(5):
        while any(e["due"] <= account.app.vendor.clock.seconds() for e in outbox.values()):
            await asyncio.sleep(0)


async def test_an_event_survives_a_restart(open_account: Open, receiver: Receiver) -> None:
    receiver.statuses = [500]
    async with open_account(webhooks=receiver.options) as account:
        await patch(account, amount="1")
        await receiver.post()
        await delivered(account)
    async with open_account(webhooks=receiver.options) as account:
        await account.advance(60)
        _, (event,), _ = await receiver.post()
    assert (event["propertyName"], event["attemptNumber"]) == ("amount", 1)


async def test_creation_and_deletion_are_events(open_account: Open, receiver: Receiver) -> None:
    async with open_account(webhooks=receiver.options) as account:
        made = await account.created("companies", name="N")
        await account.http("DELETE", f"{OBJECTS}/companies/{made}")
        events: dict[str, dict[str, Any]] = {}
        while "company.deletion" not in events:
            events |= {event["subscriptionType"]: event for event in (await receiver.post())[1]}
    assert events["company.creation"]["changeFlag"] == "CREATED"
    assert events["company.deletion"]["objectId"] == int(made)


async def test_a_change_that_nobody_subscribed_to_is_no_event(
    open_account: Open, receiver: Receiver
) -> None:
    async with open_account(webhooks=receiver.options) as account:
        await patch(account, cashward_paid="1.00")
        await patch(account, amount="2")
        _, (event,), _ = await receiver.post()
    assert event["propertyName"] == "amount"
