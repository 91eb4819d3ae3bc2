"""Webhooks out: what is told, how it is signed, and that it is told until it is heard."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hubspot.utils.signature import Signature

from testbed.vendors.hubspot.hooks import signature
from tests.testbed.vendors.hubspot.conftest import Open
from tests.testbed.vendors.hubspot.test_access import DEAL

SECRET = "cw-demo-secret-7c1f"
ARRAY = (
    b'[{"eventId":3181526809,"subscriptionId":412001,"portalId":48120077,"appId":1160452,'
    b'"occurredAt":1790000000000,"subscriptionType":"deal.propertyChange","attemptNumber":0,'
    b'"objectId":51230000017,"propertyName":"dealstage","propertyValue":"closedwon",'
    b'"changeSource":"CRM_UI","sourceId":"userId:9100123"}]'
)


class Receiver:
    """A small server that hears posts and answers as it is told."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                pairs = (line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
                headers = {name.lower(): value for name, value in pairs}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                self.heard.append((headers, body))
                status = self.statuses.pop(0) if self.statuses else 204
                writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n".encode())
        writer.close()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for _, body in self.heard for event in json.loads(body)]

    async def wait(self, posts: int) -> None:
        async with asyncio.timeout(5):
            while len(self.heard) < posts:
                await asyncio.sleep(0.01)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/in?src=crm%3Ademo"
    async with server:
        yield receiver


@pytest.mark.parametrize(
    ("uri", "body", "signed"),
    [
        ("https://hooks.example.test/hubspot/in?t=a1", ARRAY,
         "FLuOeHiBXhnn6ZzhZdxcONZcbnMsht6XBjdtsoSk618="),
        ("https://hooks.example.test/hubspot/in?t=a1",
         '[{"objectId":1,"propertyValue":"Žilina"}]'.encode(),
         "4KPxBVsNCGuinGh+ui67E1xpRmVBjXThiPDtTS82qXA="),
        ("https://hooks.example.test/hubspot/in?src=crm%3Ademo%2Fv3&n=a%20b%26c", b"[]",
         "VOXUDAdDs5ZPqJW/JC4kVkRL9U0sLXoEt+Rr5CiYt2g="),
    ],
)  # fmt: skip
def test_the_signature_is_hubspots(uri: str, body: bytes, signed: str) -> None:
    assert signature(SECRET, "POST", uri, body, "1790000001234") == signed


async def test_a_won_deal_is_told_and_signed(open_account: Open, receiver: Receiver) -> None:
    async with open_account(webhooks={"url": receiver.url, "secret": SECRET}) as account:
        body = {"properties": {"dealstage": "closedwon"}}
        await account.http("PATCH", DEAL, body, token="pat-na1-sales-demo")
        await receiver.wait(1)
    event = receiver.events[0]
    assert (event["subscriptionType"], event["objectId"]) == ("deal.propertyChange", 51230000017)
    assert (event["propertyName"], event["propertyValue"]) == ("dealstage", "closedwon")
    assert (event["changeSource"], event["attemptNumber"]) == ("CRM_UI", 0)
    headers, raw = receiver.heard[0]
    assert Signature.is_valid(
        signature=headers["x-hubspot-signature-v3"],
        client_secret=SECRET,
        request_body=raw.decode(),
        http_uri=receiver.url.replace("%3A", ":"),
        signature_version="v3",
        timestamp=headers["x-hubspot-request-timestamp"],
    )


async def test_an_event_is_told_until_it_is_heard(open_account: Open, receiver: Receiver) -> None:
    receiver.statuses = [500, 404, 204]
    hooks = {"url": receiver.url, "secret": SECRET, "pauses": [0.01, 0.01, 0.01]}
    async with open_account(webhooks=hooks) as account:
        await account.http("PATCH", DEAL, {"properties": {"amount": "1"}})
        await receiver.wait(3)
        await asyncio.sleep(0.1)
    assert [event["attemptNumber"] for event in receiver.events] == [0, 1, 2]
    assert {event["propertyName"] for event in receiver.events} == {"amount"}


async def test_an_event_survives_a_restart(open_account: Open, receiver: Receiver) -> None:
    deaf = {"url": "http://127.0.0.1:9/", "secret": SECRET, "pauses": [0.3, 0.3]}
    async with open_account(webhooks=deaf) as account:
        await account.http("PATCH", DEAL, {"properties": {"amount": "1"}})
        await asyncio.sleep(0.05)
    async with open_account(webhooks={"url": receiver.url, "secret": SECRET}):
        await receiver.wait(1)
    assert receiver.events[0]["propertyName"] == "amount"


async def test_creation_deletion_and_merge_are_told(open_account: Open, receiver: Receiver) -> None:
    async with open_account(webhooks={"url": receiver.url, "secret": SECRET}) as account:
        made = await account.http(
            "POST",
            "/crm/v3/objects/companies",
            {"properties": {"name": "N", "domain": "n.example"}},
        )
        path = f"/crm/v3/objects/companies/{made.json()['id']}"
        await account.http("DELETE", path)
        pair = {"primaryObjectId": "31870000046", "objectIdToMerge": "31870000047"}
        heir = (await account.http("POST", "/crm/v3/objects/companies/merge", pair)).json()["id"]
        async with asyncio.timeout(5):
            while "company.merge" not in {e["subscriptionType"] for e in receiver.events}:
                await asyncio.sleep(0.01)
    told = {e["subscriptionType"]: e for e in receiver.events}
    assert told["company.creation"]["changeFlag"] == "CREATED"
    assert told["company.deletion"]["objectId"] == int(made.json()["id"])
    assert told["company.merge"]["newObjectId"] == int(heir)
    assert told["company.merge"]["mergedObjectIds"] == [31870000047]
    assert len(receiver.events) == 5


async def test_what_nobody_subscribed_to_is_not_told(
    open_account: Open, receiver: Receiver
) -> None:
    async with open_account(webhooks={"url": receiver.url, "secret": SECRET}) as account:
        await account.http("PATCH", DEAL, {"properties": {"cashward_paid": "1.00"}})
        await asyncio.sleep(0.1)
    assert receiver.heard == []
