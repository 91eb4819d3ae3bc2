"""Search finds what fits, in order, by the page, a moment late."""

import asyncio
from typing import Any

import pytest
from hubspot.crm.deals import PublicObjectSearchRequest
from hubspot.crm.deals.exceptions import ApiException

from tests.testbed.vendors.hubspot.conftest import Account


async def found(account: Account, *filters: dict[str, Any], kind: str = "deals") -> list[str]:
    body = {"filterGroups": [{"filters": list(filters)}], "properties": [], "limit": 100}
    answer = await account.http("POST", f"/crm/v3/objects/{kind}/search", body)
    assert answer.status_code == 200, answer.text
    return [record["id"][-2:] for record in answer.json()["results"]]


def by(name: str, operator: str, *values: str) -> dict[str, Any]:
    one = {"propertyName": name, "operator": operator}
    if operator in {"IN", "NOT_IN"}:
        return one | {"values": list(values)}
    if operator == "BETWEEN":
        return one | {"value": values[0], "highValue": values[1]}
    return one | ({"value": values[0]} if values else {})


@pytest.mark.parametrize(
    ("one", "ids"),
    [
        (by("amount", "EQ", "48200.010"), ["17"]),
        (by("amount", "GT", "31999.99"), ["17", "18", "20"]),
        (by("amount", "BETWEEN", "9875.35", "15120.07"), ["22", "23"]),
        (by("amount", "LT", "9875.35"), []),
        (by("dealname", "EQ", "gate CONTROL for alpenwerk"), ["21"]),
        (by("dealname", "CONTAINS_TOKEN", "for tatra"), ["17"]),
        (by("dealname", "CONTAINS_TOKEN", "camp*"), ["19", "23"]),
        (by("deal_currency_code", "IN", "CZK", "JPY"), ["18", "20"]),
        (by("deal_currency_code", "IN", "czk"), []),
        (by("deal_currency_code", "NOT_IN", "EUR"), ["18", "19", "20"]),
        (by("cashward_scope", "NOT_HAS_PROPERTY"), ["21"]),
        (by("cashward_tax", "NEQ", "domestic"), ["18", "19", "20", "21"]),
        (by("closedate", "LTE", "2026-11-27T12:00:00Z"), ["19", "22"]),
        (by("closedate", "GTE", "1796342400000"), ["18", "20"]),
        (by("cashward_start", "GT", "2026-12-31"), ["20", "21", "22"]),
        (by("associations.company", "EQ", "31870000047"), ["22"]),
        (by("hs_is_closed_won", "EQ", "false"), ["17", "18", "19", "20", "21", "22", "23"]),
    ],
)
async def test_an_operator_compares_as_its_type_does(
    account: Account, one: dict[str, Any], ids: list[str]
) -> None:
    assert await found(account, one) == ids


async def test_text_values_of_in_must_be_lower_case(account: Account) -> None:
    assert await found(account, by("city", "IN", "nitra"), kind="companies") == ["48"]
    assert await found(account, by("city", "IN", "Nitra"), kind="companies") == []


async def test_filters_are_anded_and_groups_ored(account: Account) -> None:
    both = await found(account, by("amount", "GT", "10000"), by("cashward_tax", "EQ", "domestic"))
    assert both == ["17", "23"]
    bounds = (by("amount", "GT", "100000"), by("amount", "LT", "10000"))
    groups = [{"filters": [bound]} for bound in bounds]
    body = {"filterGroups": groups, "properties": ["amount"]}
    answer = (await account.http("POST", "/crm/v3/objects/deals/search", body)).json()
    assert answer["total"] == 3


async def test_the_official_client_pages_in_order(account: Account) -> None:
    names: list[str] = []
    after = 0
    while True:
        asked = PublicObjectSearchRequest(
            sorts=[{"propertyName": "amount", "direction": "DESCENDING"}],
            limit=3,
            after=str(after),
            properties=["dealname", "amount"],
            filter_groups=[],
        )
        page = await account.call(account.api.crm.deals.search_api.do_search, asked)
        names += [record.properties["amount"] for record in page.results]
        if page.paging is None:
            break
        after = int(page.paging.next.after)
    assert names == [
        "4870001", "1287450.50", "48200.01", "31999.99", "18640.00", "15120.07", "9875.35",
    ]  # fmt: skip
    assert page.total == 7


async def test_a_query_looks_into_the_default_properties(account: Account) -> None:
    body = {"query": "zelený dvor", "limit": 10}
    answer = await account.http("POST", "/crm/v3/objects/companies/search", body)
    assert [r["id"] for r in answer.json()["results"]] == ["31870000048", "31870000049"]


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"after": "10000"},
        {"filterGroups": [{"filters": [by("nope", "EQ", "1")]}]},
        {"filterGroups": [{"filters": [by("amount", "LIKE", "1")]}]},
        {"filterGroups": [{"filters": [by("amount", "EQ", "much")]}]},
        {"filterGroups": [{"filters": []}] * 6},
        {"filterGroups": [{"filters": [by("amount", "GT", "1")] * 7}]},
        {"sorts": ["amount", "dealname"]},
        {"sorts": ["nope"]},
    ],
)
async def test_what_makes_no_sense_is_refused(account: Account, body: dict[str, Any]) -> None:
    answer = await account.http("POST", "/crm/v3/objects/deals/search", body)
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


async def test_unasked_a_hit_shows_the_default_set(account: Account) -> None:
    answer = (await account.http("POST", "/crm/v3/objects/companies/search", {})).json()
    assert answer["total"] == 10
    assert len(answer["results"]) == 10
    assert set(answer["results"][0]["properties"]) == {
        "name", "domain", "createdate", "hs_lastmodifieddate", "hs_object_id",
    }  # fmt: skip


async def test_search_sees_a_change_late_and_a_read_at_once(open_account: Any) -> None:
    async with open_account(search_lag=0.2) as account:
        path = "/crm/v3/objects/deals/51230000017"
        await account.http("PATCH", path, {"properties": {"dealstage": "closedwon"}})
        won = by("hs_is_closed_won", "EQ", "true")
        assert await found(account, won) == []
        read = await account.http("GET", f"{path}?properties=hs_is_closed_won")
        assert read.json()["properties"]["hs_is_closed_won"] == "true"
        await asyncio.sleep(0.25)
        assert await found(account, won) == ["17"]
        await account.http("DELETE", path)
        assert await found(account, won) == ["17"]
        await account.http("PUT", "/_sandbox/clock", {"advance": 1})
        assert await found(account, won) == []


async def test_the_poll_of_changed_deals_misses_none(account: Account) -> None:
    before = await account.call(account.api.crm.deals.basic_api.get_by_id, "51230000017")
    cursor = str(int(before.updated_at.timestamp() * 1000) + 1)
    changed = by("hs_lastmodifieddate", "GTE", cursor)
    assert await found(account, changed) == []
    for id_ in ("51230000019", "51230000018"):
        await account.http("PATCH", f"/crm/v3/objects/deals/{id_}", {"properties": {"amount": "5"}})
    assert await found(account, changed) == ["18", "19"]


async def test_the_official_client_hears_of_a_bad_search(account: Account) -> None:
    asked = PublicObjectSearchRequest(limit=500, properties=[], filter_groups=[], sorts=[])
    with pytest.raises(ApiException, match="limit is at most 200"):
        await account.call(account.api.crm.deals.search_api.do_search, asked)
