"""A request is one transaction; log and state agree, even after restarts."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from testbed.certificates import authorities
from tests.testbed.vendors.common.conftest import Library, Open


async def test_a_refused_call_changes_nothing(library: Library) -> None:
    assert (await library.add("emma", refuse=True)).status_code == 400
    assert (library.books, library.lines[-1]["committed"]) == (0, False)
    assert (await library.add("emma")).json()["id"] == "1"


async def test_a_mistake_of_a_handler_changes_nothing_and_is_a_500(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await library.client.post("/books/emma/crash", json={"name": "emma"})
    assert (answer.status_code, library.books) == (500, 0)
    assert "a mistake of ours" in caplog.text


async def test_a_restart_keeps_documents_numbers_and_the_log(open_library: Open) -> None:
    async with open_library() as library:
        await library.add("emma")
        await library.add("persuasion")
    async with open_library() as library:
        assert library.books == 2
        assert (await library.add("sanditon")).json()["id"] == "3"
        assert [line["seq"] for line in library.lines] == [1, 2, 3]


async def test_a_restart_goes_on_counting_attempts(open_library: Open) -> None:
    rule = {"key": "emma", "attempt": 1, "kind": "throttle"}
    async with open_library(rules=[rule]) as library:
        assert (await library.add("emma")).status_code == 201
    async with open_library(rules=[rule]) as library:
        assert (await library.add("emma")).status_code == 429


async def test_a_kill_between_commit_and_log_is_made_good(
    open_library: Open, tmp_path: Path
) -> None:
    async with open_library() as library:
        await library.add("emma")
        await library.add("persuasion")
    log = tmp_path / "shelf.oplog.jsonl"
    whole = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(whole[0] + whole[1][:20])
    async with open_library():
        assert [json.loads(line) for line in log.read_bytes().splitlines()] == [
            json.loads(line) for line in whole
        ]


async def test_the_log_names_the_call_and_hides_what_it_carried(library: Library) -> None:
    await library.add("emma", secret="a word of power")
    line = (await library.client.get("/_sandbox/oplog?since=0")).json()[-1]
    assert (line["actor"], line["operation"], line["key"]) == ("reader", "POST /books", "emma")
    assert "power" not in json.dumps(line)
    assert (await library.client.get(f"/_sandbox/oplog?since={line['seq']}")).json() == []


async def test_a_call_without_a_token_is_logged_and_refused(library: Library) -> None:
    answer = await library.client.post("/books", json={"name": "x"}, headers={"Authorization": ""})
    assert (answer.status_code, library.lines[-1]["status"]) == (401, 401)


async def test_an_unknown_path_is_html_and_a_body_that_is_no_json_is_survived(
    library: Library,
) -> None:
    answer = await library.client.get("/nowhere")
    assert (answer.status_code, answer.headers["content-type"][:9]) == (404, "text/html")
    assert (await library.client.post("/books", content=b"{")).status_code == 400


async def test_the_clock_can_be_pushed(library: Library) -> None:
    before = library.app.vendor.clock.seconds()
    await library.client.put("/_sandbox/clock", json={"advance": 3600})
    assert library.app.vendor.clock.seconds() - before > 3599


async def test_a_large_body_arrives_whole(library: Library) -> None:
    await library.add("emma", padding="x" * 500_000)
    assert (await library.client.get("/books/emma")).status_code == 200


async def test_a_connection_serves_many_calls(library: Library) -> None:
    limits = httpx.Limits(max_connections=1)
    base, word = library.client.base_url, {"Authorization": "word"}
    async with httpx.AsyncClient(
        base_url=base, headers=word, limits=limits, verify=authorities()
    ) as client:
        for n in range(20):
            assert (await client.post("/books", json={"name": str(n)})).status_code == 201
    assert library.books == 20


async def test_a_request_that_breaks_off_before_its_end_is_none(library: Library) -> None:
    url = library.client.base_url
    _, writer = await asyncio.open_connection(url.host, url.port)
    head = (
        "POST /books HTTP/1.1\r\nHost: shelf\r\nAuthorization: word\r\nContent-Length: 99\r\n\r\n"
    )
    writer.write(f'{head}{{"name": "emma"'.encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    await library.add("persuasion")
    assert [line["key"] for line in library.lines] == ["persuasion"]


async def test_the_log_says_when_a_call_came_and_what_it_belongs_to(library: Library) -> None:
    await library.faults(rules=[{"kind": "late_commit"}], late_by=0.05)
    with pytest.raises(httpx.RemoteProtocolError):
        await library.client.post(
            "/books", json={"name": "emma"}, headers={"X-Correlation-Id": "an order"}
        )
    line = library.lines[-1]
    came, at = (datetime.fromisoformat(line[name]) for name in ("came", "at"))
    assert line["trace"] == "an order"
    assert at - came >= timedelta(seconds=0.05)


async def test_records_are_handed_out_as_the_vendor_holds_them(library: Library) -> None:
    await library.add("emma")
    answer = await library.client.get("/_sandbox/records", params={"collection": "books"})
    assert answer.json() == [{"id": "1", "name": "emma"}]
