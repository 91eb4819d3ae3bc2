"""What goes over the wire, and what is read from it."""

import asyncio
import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from pydantic import BaseModel, Field
from structlog.testing import capture_logs

from connectors.common import ApiProfile, HttpSettings, VendorSettings, correlation
from ports.failures import Uncertain, Unreachable
from tests.connectors.common.conftest import Wire, answer


class Thing(BaseModel):
    name: str = Field(alias="theName")
    price: Decimal | None = None


async def test_parts_of_a_path_cannot_leave_their_place(wire: Wire) -> None:
    wire.will(answer(200))
    await wire.api().get(
        "/things/{}/parts/{}", "a/../b?c#d", "ž 1", query={"q": ["x", "y"], "n": 3}
    )
    assert wire.asked[0].target == "/things/a%2F..%2Fb%3Fc%23d/parts/%C5%BE%201?q=x&q=y&n=3"


async def test_amounts_travel_exactly_both_ways(wire: Wire) -> None:
    wire.will(b'HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n{"price": 99999999.99}')
    body = {"price": Decimal("99999999.99"), "on": date(2026, 11, 24)}
    read = await wire.api().post("/things", body=body)
    assert wire.asked[0].body == b'{"price":99999999.99,"on":"2026-11-24"}'
    assert read.json() == {"price": Decimal("99999999.99")}


async def test_an_amount_that_json_would_bend_is_not_sent(wire: Wire) -> None:
    with pytest.raises(ValueError, match="too many digits"):
        await wire.api().post("/things", body={"price": Decimal("99999999999999999.99")})
    assert wire.asked == []


async def test_what_has_no_place_in_json_is_not_sent(wire: Wire) -> None:
    with pytest.raises(TypeError, match="no place in a JSON body"):
        await wire.api().post("/things", body={"on": object()})
    assert wire.asked == []


async def test_a_model_goes_by_its_aliases_and_without_what_is_unset(wire: Wire) -> None:
    wire.will(answer(200, {"theName": "pump", "more": 1}))
    read = await wire.api().put("/things", body=Thing(theName="pump"))
    assert json.loads(wire.asked[0].body) == {"theName": "pump"}
    assert read.read(Thing) == Thing(theName="pump")


@pytest.mark.parametrize("body", ["<html>", '{"theName": ', "[]", '{"theName": null}', ""])
async def test_an_unreadable_success_may_have_happened(wire: Wire, body: str) -> None:
    wire.will(answer(200, body), answer(200, body))
    made = await wire.api().post("/things", body={})
    with pytest.raises(Uncertain) as odd:
        made.read(Thing)
    assert odd.value.answered
    found = await wire.api().get("/things")
    with pytest.raises(Unreachable):
        found.read(Thing)


async def test_a_call_tells_which_process_it_belongs_to(wire: Wire) -> None:
    wire.will(answer(200), answer(200))
    token = correlation.set("deal:hubspot:1")
    await wire.api().get("/things")
    correlation.reset(token)
    await wire.api().get("/things")
    assert wire.asked[0].headers["x-correlation-id"] == "deal:hubspot:1"
    assert "x-correlation-id" not in wire.asked[1].headers


async def test_the_log_has_the_vendors_request_id_and_no_ids_or_bodies_of_ours(wire: Wire) -> None:
    wire.will(answer(200, {"secret": "pump"}, X_Their_Id="r-1"))
    with capture_logs() as logged:
        api = wire.api(profile=ApiProfile(request_id="X-Their-Id"))
        await api.post("/things/{}", "eva", body={"name": "Eva"})
    (event,) = logged
    assert event.pop("ms") > 0
    assert event == {
        "event": "vendor answered",
        "log_level": "debug",
        "system": "vendor",
        "method": "POST",
        "path": "/things/{}",
        "status": 200,
        "request_id": "r-1",
    }


async def test_calls_side_by_side_share_a_few_connections(wire: Wire) -> None:
    wire.will(*[answer(200, {"n": n}) for n in range(20)])
    answers = await asyncio.gather(*(wire.api().get("/things") for _ in range(20)))
    assert sorted(each.json()["n"] for each in answers) == list(range(20))


def test_settle_time_is_the_vendors_unless_it_is_set() -> None:
    class Usual(VendorSettings):
        default_settle_time = timedelta(seconds=30)

    assert Usual().settle_time == timedelta(seconds=30)
    assert Usual(http=HttpSettings(settle_seconds=0)).settle_time == timedelta(0)
