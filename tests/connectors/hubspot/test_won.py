"""The poll for won deals: complete, whatever moves while it reads."""

import asyncio
import json
from datetime import UTC, datetime

from connectors.hubspot import HubspotSettings, open_hubspot
from connectors.hubspot.crm import HubspotCrm
from domain.ids import DealId
from tests.connectors.common.conftest import Wire, answer
from tests.contracts.hubspot import OBJECTS, TOKEN, HubspotHarness, local
from tests.references import OURS

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def win_many(harness: HubspotHarness, count: int) -> list[DealId]:
    made: list[DealId] = []
    for _ in range(count // 50):
        deals = [
            {"properties": {"dealname": "A won one", "pipeline": "default", "dealstage": stage}}
            for stage in ["closedwon"] * 50
        ]
        created = await harness.write("POST", f"{OBJECTS}/deals/batch/create", {"inputs": deals})
        made += [DealId(f"hubspot:{each['id']}") for each in created["results"]]
    return made


async def test_more_won_deals_than_a_page_holds_are_all_found(harness: HubspotHarness) -> None:
    made = await win_many(harness, 450)
    seen = await harness.crm.changed_since(LONG_AGO)
    assert sorted(each.deal for each in seen) == sorted(made)
    assert [each.changed_at for each in seen] == sorted(each.changed_at for each in seen)


async def test_a_deal_that_moves_while_we_read_hides_no_other(harness: HubspotHarness) -> None:
    made = await win_many(harness, 450)
    assert isinstance(harness.crm, HubspotCrm)
    seen = set()
    async for record in harness.crm._changes(LONG_AGO, ["closedwon"]):
        seen.add(f"hubspot:{record.id}")
        if len(seen) == 200:  # the first page is read: its records move behind all others
            names = [{"id": local(deal), "properties": {"dealname": "New"}} for deal in made[:50]]
            await harness.write("POST", f"{OBJECTS}/deals/batch/update", {"inputs": names})
    assert seen == set(made)


async def test_a_renewal_is_won_by_its_own_stage(harness: HubspotHarness) -> None:
    deal = DealId("hubspot:51230000018")
    await harness.change(deal, pipeline="88120001", dealstage="88120011")
    assert [each.deal for each in await harness.crm.changed_since(LONG_AGO)] == [deal]


async def test_one_search_does_where_one_page_holds_all(harness: HubspotHarness) -> None:
    await harness.win(DealId("hubspot:51230000017"))
    await harness.crm.changed_since(LONG_AGO)
    await harness.crm.changed_since(LONG_AGO)
    operations = [line["operation"] for line in await harness.lines()]
    search = f"POST {OBJECTS}/deals/search"
    assert operations == ["GET /crm/v3/pipelines/deals", search, search]


async def test_a_page_full_of_one_moment_is_read_on_by_its_offset(wire: Wire) -> None:
    wire.will(_pipelines(), _page("1", "2", after="2"), _page("3", "4", after="4"), _page("5"))
    async with open_hubspot(HubspotSettings.model_validate(_settings(wire)), OURS) as roles:
        assert roles.crm
        seen = await asyncio.wait_for(roles.crm.changed_since(LONG_AGO), timeout=5)
    assert [each.deal for each in seen] == [f"hubspot:{n}" for n in range(1, 6)]
    searches = [json.loads(asked.body) for asked in wire.asked[1:]]
    assert [body.get("after") for body in searches] == [None, None, "4"]


async def test_an_account_without_a_won_stage_has_no_won_deals(wire: Wire) -> None:
    wire.will(answer(200, {"results": []}), _page())
    async with open_hubspot(HubspotSettings.model_validate(_settings(wire)), OURS) as roles:
        assert roles.crm
        assert await roles.crm.changed_since(LONG_AGO) == []
    (search,) = (json.loads(asked.body) for asked in wire.asked[1:])
    assert [each["propertyName"] for each in search["filterGroups"][0]["filters"]] == [
        "hs_lastmodifieddate",
        "cashward_key",
    ]


def _settings(wire: Wire) -> dict[str, str]:
    return {"url": wire.url, "access_token": TOKEN}


def _pipelines() -> bytes:
    metadata = {"isClosed": "true", "probability": "1.0"}
    return answer(200, {"results": [{"stages": [{"id": "closedwon", "metadata": metadata}]}]})


def _page(*ids: str, after: str = "") -> bytes:
    stamp = {"hs_lastmodifieddate": "2026-11-24T09:00:00Z", "dealstage": "closedwon"}
    paging = {"paging": {"next": {"after": after}}} if after else {}
    results = [{"id": each, "properties": stamp} for each in ids]
    return answer(200, {"results": results} | paging)
