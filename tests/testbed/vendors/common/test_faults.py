"""Each fault has exactly the named effect on the caller, the state and the log."""

import asyncio

import httpx
import pytest

from testbed.vendors.common.faults import Fault, FaultConfig, Faults
from tests.testbed.vendors.common.conftest import Library, Open

ADD = "POST /books"


async def one(library: Library, kind: str, **config: object) -> None:
    rule = {"operation": ADD, "key": "emma", "attempt": 0, "kind": kind}
    await library.faults(rules=[rule], **config)


async def test_an_error_before_does_nothing(library: Library) -> None:
    await one(library, "error_before")
    assert (await library.add("emma")).status_code == 500
    line = library.lines[-1]
    assert (line["status"], line["committed"], library.books) == (500, False, 0)
    assert (await library.add("emma")).status_code == 201


async def test_an_error_after_has_done_it_all_the_same(library: Library) -> None:
    await one(library, "error_after")
    assert (await library.add("emma")).status_code == 500
    line = library.lines[-1]
    assert (line["fault"], line["committed"], library.books) == ("error_after", True, 1)
    assert line["changed"] == [{"collection": "books", "id": "1", "what": "created"}]


async def test_a_lost_reply_is_done_and_not_a_byte_comes_back(library: Library) -> None:
    await one(library, "lost_reply")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        await library.add("emma")
    line = library.lines[-1]
    assert (line["status"], line["committed"], library.books) == (None, True, 1)


async def test_a_late_commit_happens_after_the_client_has_gone(library: Library) -> None:
    await one(library, "late_commit", late_by=0.2)
    with pytest.raises(httpx.ReadTimeout):
        await library.client.post("/books", json={"name": "emma"}, timeout=0.05)
    assert library.books == 0
    async with asyncio.timeout(5):
        while library.books == 0:
            await asyncio.sleep(0.01)
    assert library.lines[-1]["fault"] == "late_commit"


async def test_a_late_commit_closes_on_a_client_that_waits(library: Library) -> None:
    await one(library, "late_commit", late_by=0.05)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        await library.add("emma")
    assert library.books == 1


async def test_a_throttle_does_nothing_and_says_when_to_come_back(library: Library) -> None:
    await one(library, "throttle", retry_after=7)
    answer = await library.add("emma")
    assert (answer.status_code, answer.headers["retry-after"], library.books) == (429, "7", 0)


async def test_a_hang_does_nothing_and_closes(library: Library) -> None:
    await one(library, "hang", hang_for=0.05)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        await library.add("emma")
    assert (library.books, library.lines[-1]["status"]) == (0, None)


async def test_a_call_is_in_flight_until_it_ends(library: Library) -> None:
    await library.faults(rules=[{"kind": "hang"}], hang_for=0.1)
    hanging = [asyncio.create_task(library.add(name)) for name in ("emma", "persuasion")]
    async with asyncio.timeout(5):
        while library.free > 0:
            await asyncio.sleep(0)
    assert (await library.add("sanditon")).status_code == 429
    await asyncio.gather(*hanging, return_exceptions=True)
    assert (await library.add("emma")).status_code == 201


async def test_a_malformed_answer_is_a_200_that_cannot_be_read(library: Library) -> None:
    await one(library, "malformed")
    answer = await library.add("emma")
    assert (answer.status_code, library.books) == (200, 1)
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        answer.json()


async def test_an_expired_token_is_dead_from_then_on(library: Library) -> None:
    await one(library, "expired_token")
    assert (await library.add("emma")).json() == {"message": "expired"}
    assert (await library.add("persuasion")).status_code == 401
    assert library.books == 0


async def test_a_static_key_never_expires(open_library: Open) -> None:
    rule = {"kind": "expired_token", "attempt": None}
    async with open_library(token="static", rules=[rule]) as library:
        assert (await library.add("emma")).status_code == 201


async def test_a_rule_of_every_attempt_goes_on_until_it_is_replaced(library: Library) -> None:
    await library.faults(rules=[{"key": "e*", "attempt": None, "kind": "throttle"}])
    assert [(await library.add("emma")).status_code for _ in range(3)] == [429, 429, 429]
    assert (await library.add("persuasion")).status_code == 201
    await library.faults()
    assert (await library.add("emma")).status_code == 201


async def outcome(library: Library, name: str) -> str:
    try:
        return str((await library.add(name)).status_code)
    except httpx.RemoteProtocolError:
        return "closed"


async def test_the_same_seed_fails_the_same_calls_in_any_order(library: Library) -> None:
    names = [f"book-{n}" for n in range(60)]
    config = {"seed": 7, "rate": 0.5, "hang_for": 0.0, "late_by": 0.0, "weights": {
        "error_before": 2, "lost_reply": 2, "late_commit": 1, "throttle": 2, "hang": 1,
    }}  # fmt: skip
    await library.faults(**config)
    first = {name: await outcome(library, name) for name in names}
    await library.faults(**config)
    again = {name: await outcome(library, name) for name in reversed(names)}
    assert first == again
    await library.faults(**(config | {"seed": 8}))
    assert {name: await outcome(library, name) for name in names} != first


def test_the_rate_and_the_weights_are_kept() -> None:
    weights = {Fault.THROTTLE: 1, Fault.ERROR_BEFORE: 3}
    faults = Faults(FaultConfig(seed=1, rate=0.25, weights=weights))
    kinds = [faults.decide(ADD, f"book-{n}", 0) for n in range(4000)]
    assert 800 <= 4000 - kinds.count(None) <= 1200
    assert kinds.count(Fault.ERROR_BEFORE) > 2 * kinds.count(Fault.THROTTLE) > 0
    assert set(kinds) == {None, Fault.THROTTLE, Fault.ERROR_BEFORE}


async def test_a_fault_config_with_an_unknown_word_is_refused(library: Library) -> None:
    answer = await library.client.put("/_sandbox/faults", json={"rats": 0.5})
    assert answer.status_code == 400
    assert library.app.faults.config.rate == 0


async def test_whom_no_glob_names_is_spared(library: Library) -> None:
    await library.faults(rate=1.0, weights={"error_before": 1}, actors=["cashward"])
    assert (await library.add("emma")).status_code == 201
    await library.faults(rate=1.0, weights={"error_before": 1}, actors=["*"])
    assert (await library.add("anna")).status_code == 500
