"""The failures that a vendor's answers mean, and whether the change may have happened."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from connectors.common import Anonymous, Api, ApiProfile, HttpSettings, Response, open_http
from ports.failures import (
    Absent,
    ConnectorFailure,
    Misconfigured,
    Rejected,
    Throttled,
    Uncertain,
    Unreachable,
)
from tests.connectors.common.conftest import HANG, HANG_UP, Wire, answer

CUT_SHORT = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nConnection: close\r\n\r\n{"


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (400, Rejected),
        (401, Misconfigured),
        (403, Misconfigured),
        (404, Absent),
        (409, Rejected),
        (422, Rejected),
        (429, Throttled),
    ],
)
async def test_a_refused_change_never_happened(
    wire: Wire, status: int, failure: type[ConnectorFailure]
) -> None:
    wire.will(answer(status, "no"))
    with pytest.raises(failure) as refused:
        await wire.api().post("/things", body={})
    assert type(refused.value) is failure
    assert refused.value.reason == f"{status} no"


@pytest.mark.parametrize("status", [302, 307, 408, 500, 502, 503, 524])
async def test_a_broken_answer_leaves_a_change_uncertain_and_a_read_undone(
    wire: Wire, status: int
) -> None:
    wire.will(answer(status, "<html>", Location="/elsewhere"), answer(status, "<html>"))
    with pytest.raises(Uncertain) as lost:
        await wire.api().put("/things", body={})
    assert lost.value.answered
    with pytest.raises(Unreachable):
        await wire.api().get("/things")
    assert len(wire.asked) == 2  # nothing is repeated, nothing is followed


@pytest.mark.parametrize("cut", [HANG_UP, CUT_SHORT, b"this is no HTTP\r\n\r\n"])
async def test_a_lost_answer_leaves_a_change_uncertain_and_a_read_undone(
    wire: Wire, cut: bytes
) -> None:
    wire.will(cut, cut, cut)
    with pytest.raises(Uncertain) as lost:
        await wire.api().patch("/things", body={})
    assert not lost.value.answered
    with pytest.raises(Unreachable):
        await wire.api().get("/things")
    with pytest.raises(Unreachable):
        await wire.api().post("/search", body={}, reads=True)


async def test_a_call_has_so_much_time_and_no_more(wire: Wire) -> None:
    wire.will(HANG, HANG)
    with pytest.raises(Uncertain):
        await wire.api(timeout=0.1).delete("/things")
    with pytest.raises(Unreachable):
        await wire.api(timeout=0.1).get("/things")


async def test_where_nobody_listens_nothing_happened() -> None:
    async with open_http("http://127.0.0.1:9", HttpSettings()) as http:
        with pytest.raises(Unreachable):
            await Api("vendor", http, Anonymous()).post("/things", body={})


async def test_an_address_that_is_none_is_for_a_person_to_mend() -> None:
    async with open_http("ftp://127.0.0.1", HttpSettings()) as http:
        with pytest.raises(Misconfigured, match="settings"):
            await Api("vendor", http, Anonymous()).get("/things")


async def test_a_429_names_its_pause_or_the_vendors_usual_one(wire: Wire) -> None:
    api = wire.api(profile=ApiProfile(pause=timedelta(seconds=7)))
    wire.will(
        answer(429, "", Retry_After="3"), answer(429, ""), answer(429, "", Retry_After="soon")
    )
    pauses = []
    for _ in range(3):
        with pytest.raises(Throttled) as throttled:
            await api.post("/things", body={})
        pauses.append(throttled.value.pause)
    assert pauses == [timedelta(seconds=3), timedelta(seconds=7), timedelta(seconds=7)]


def test_a_pause_may_be_a_date() -> None:
    in_an_hour = (datetime.now(UTC) + timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    pause = _answer(503, retry_after=in_an_hour).retry_after
    assert pause
    assert timedelta(minutes=59) < pause <= timedelta(hours=1)
    long_ago = _answer(503, retry_after="Wed, 21 Oct 2015 07:28:00 GMT")
    assert long_ago.retry_after == timedelta(0)


async def test_a_vendor_may_explain_a_refusal_better_than_its_status(wire: Wire) -> None:
    def explain(answer: Response) -> ConnectorFailure | None:
        moved = answer.headers.get("X-Why") == "moved"
        return Misconfigured(answer.system, "it moved") if moved else None

    api = wire.api(profile=ApiProfile(explain=explain))
    wire.will(answer(404, "", X_Why="moved"), answer(404, ""))
    with pytest.raises(Misconfigured, match="it moved"):
        await api.get("/things")
    with pytest.raises(Absent):
        await api.get("/things")


def test_a_reason_is_short_and_names_nobody() -> None:
    reason = _answer(400).reason("contact 'eva@hronske.example'  exists\n" + "x" * 999)
    assert reason.startswith("400 contact '…' exists xxx")
    assert len(reason) == 300


def _answer(status: int, **headers: str) -> Response:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response("vendor", status, httpx.Headers(given), "", changes=True)
