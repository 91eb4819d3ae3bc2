"""Webhooks: signatures, intent-to-receive validation, events, retries."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable

import pytest

from testbed.vendors.xero.webhooks import signature
from tests.testbed.vendors.xero.caller import Caller, Open

KEY = "bGV0LXRoZS1jYXNoLWZsb3ctc2FuZGJveC13ZWJob29rLWtleQ=="
EMPTY = (
    b'{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"SBNQXHDWCJTYVKRPZMLF"}'
)
EVENT = (
    b'{"events":[{"resourceUrl":"https://api.xero.com/api.xro/2.0/Invoices/'
    b'7f6c2f0a-3c1e-4b57-9d21-0c9a5b7e1d44","resourceId":"7f6c2f0a-3c1e-4b57-9d21-0c9a5b7e1d44",'
    b'"tenantId":"5d0c2a86-6f0b-4d8e-9a37-2f4e1c6b8a90","tenantType":"ORGANISATION",'
    b'"eventCategory":"INVOICE","eventType":"UPDATE","eventDateUtc":"2026-10-05T09:14:31.207"}],'
    b'"firstEventSequence":41,"lastEventSequence":41,"entropy":"KQWZPNVDYTBHRMCXLGFS"}'
)


@pytest.mark.parametrize(
    ("body", "length", "expected"),
    [
        (EVENT, 407, "UOyLnLHebD9gd7UUtbEqz4ZodJtWIv9W1D3pNQW20q4="),
        (EMPTY, 91, "p+eJ+l9sg1IDR4MUqjeSf/WmMD9FEB1L/+JS4RQMq78="),
        (EMPTY + b"\n", 92, "sFUnxknOltvVWl3J6BBZwyp3vdWb8vlpOsvU02FPheg="),
    ],
)
def test_a_signature_is_what_the_vendor_would_sign(body: bytes, length: int, expected: str) -> None:
    assert (len(body), signature(KEY, body)) == (length, expected)


class Receiver:
    """An HTTP server that keeps what it receives; `answers` chooses the answer to a post."""

    def __init__(self, answers: Callable[[bytes, str], int]) -> None:
        self.posts: asyncio.Queue[tuple[bytes, str]] = asyncio.Queue()
        self.url = ""
        self._answers = answers

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
                headers = dict(line.split(": ", 1) for line in head[1:] if line)
                body = await reader.readexactly(int(headers["content-length"]))
                mark = signature("s3cret", body)
                matches = mark.lower() == headers["x-xero-signature"]
                self.posts.put_nowait((body, mark if matches else ""))
                status = self._answers(body, mark if matches else "")
                writer.write(b"HTTP/1.1 %d x\r\ncontent-length: 0\r\n\r\n" % status)
        writer.close()

    async def events(self) -> list[tuple[str, str]]:
        """The next post that holds events: their categories and types."""
        while True:
            body, mark = await asyncio.wait_for(self.posts.get(), 5)
            if found := json.loads(body)["events"]:
                assert mark
                return [(event["eventCategory"], event["eventType"]) for event in found]


@contextlib.asynccontextmanager
async def receiving(answers: Callable[[bytes, str], int]) -> AsyncIterator[Receiver]:
    receiver = Receiver(answers)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    async with server:
        receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/xero"
        yield receiver


def honest(_body: bytes, mark: str) -> int:
    return 200 if mark else 401


def hooks(receiver: Receiver) -> dict[str, object]:
    return {"url": receiver.url, "secret": "s3cret", "intent_every": 0}


async def changes(xero: Caller) -> str:
    contact = await xero.customer()
    await xero.invoice(contact)
    return contact


async def test_a_receiver_that_proves_itself_hears_of_every_change(open_xero: Open) -> None:
    async with receiving(honest) as receiver, open_xero(webhooks=hooks(receiver)) as xero:
        proof = [await asyncio.wait_for(receiver.posts.get(), 5) for _ in range(4)]
        assert [json.loads(body)["events"] for body, _ in proof] == [[], [], [], []]
        assert [bool(mark) for _, mark in proof] == [True, False, True, False]
        await changes(xero)
        heard: list[tuple[str, str]] = []
        while len(heard) < 3:
            heard += await receiver.events()
        assert heard[:1] == [("CONTACT", "CREATE")]
        assert set(heard) == {("CONTACT", "CREATE"), ("CONTACT", "UPDATE"), ("INVOICE", "CREATE")}


async def test_a_receiver_that_takes_bad_signatures_hears_nothing(open_xero: Open) -> None:
    def credulous(_body: bytes, _mark: str) -> int:
        return 200

    async with receiving(credulous) as receiver, open_xero(webhooks=hooks(receiver)) as xero:
        await changes(xero)
        posts = [await asyncio.wait_for(receiver.posts.get(), 5) for _ in range(6)]
        assert all(json.loads(body)["events"] == [] for body, _ in posts)


async def test_an_event_that_failed_comes_again_at_once_and_then_each_quarter_hour(
    open_xero: Open,
) -> None:
    failures = iter([500, 500])

    def moody(body: bytes, mark: str) -> int:
        has_events = bool(json.loads(body)["events"])
        return next(failures, 200) if has_events and mark else honest(body, mark)

    async with receiving(moody) as receiver, open_xero(webhooks=hooks(receiver)) as xero:
        await xero.customer()
        for _ in range(2):
            assert await receiver.events() == [("CONTACT", "CREATE")]
        await outbox(xero, attempt=2)
        await xero.advance(900)
        assert await receiver.events() == [("CONTACT", "CREATE")]


async def outbox(xero: Caller, *, attempt: int) -> None:
    """Wait until the one event in the outbox has been tried so often."""
    events = xero.app.vendor.store.collection("_outbox")
    while [event["attempt"] for event in events.values()] != [attempt]:
        await asyncio.sleep(0.01)


async def test_a_payment_updates_its_invoice(open_xero: Open) -> None:
    async with receiving(honest) as receiver, open_xero(webhooks=hooks(receiver)) as xero:
        invoice = await xero.invoice(await xero.customer(), Status="AUTHORISED")
        await xero.pay(invoice, 1)
        heard: list[tuple[str, str]] = []
        while ("INVOICE", "UPDATE") not in heard:
            heard += await receiver.events()
