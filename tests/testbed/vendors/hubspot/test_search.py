"""Search: what a filter means, how pages follow, and that it sees changes late."""

from typing import Any

import pytest

from tests.testbed.vendors.hubspot.conftest import DEAL, OBJECTS, Account, Open

PATH = f"{OBJECTS}/deals/search"


def by(name: str, operator: str, value: object) -> dict[str, Any]:
    key = "values" if isinstance(value, list) else "value"
    return {"propertyName": name, "operator": operator, key: value}


async def found(account: Account, *groups: list[dict[str, Any]], **more: object) -> list[str]:
    body = {"filterGroups": [{"filters": group} for group in groups], **more}
    answer = (await account.http("POST", PATH, body)).raise_for_status()
    return [record["id"][-2:] for record in answer.json()["results"]]


@pytest.mark.parametrize(
    ("one", "ids"),
    [
        (by("amount", "EQ", "48200.010"), ["17"]),
        (by("amount", "GT", "48200.01"), ["18"]),
        (by("amount", "LTE", "48200.01"), ["17", "23"]),
        (by("closedate", "LT", "2026-12-01T11:00:00Z"), ["17"]),
        (by("closedate", "GTE", 1796122800000), ["18", "23"]),
        (by("dealname", "EQ", "warehouse SYSTEM for tatra kovo"), ["17"]),
        (by("dealstage", "IN", ["contractsent", "closedwon"]), ["17", "18", "23"]),
        (by("deal_currency_code", "IN", ["CZK"]), ["18"]),
        (by("cashward_key", "EQ", "none"), []),
    ],
)
async def test_an_operator_compares_as_the_type_does(
    account: Account, one: dict[str, Any], ids: list[str]
) -> None:
    assert await found(account, [one]) == ids


async def test_all_filters_of_any_group_must_hold(account: Account) -> None:
    czech, large = by("deal_currency_code", "EQ", "CZK"), by("amount", "GT", "20000")
    euro = by("deal_currency_code", "EQ", "EUR")
    assert await found(account, [czech, large], [euro, large]) == ["17", "18"]


async def test_pages_follow_in_order_to_the_end(account: Account) -> None:
    sorts = [{"propertyName": "amount", "direction": "DESCENDING"}]
    first = (await account.http("POST", PATH, {"sorts": sorts, "limit": 2})).json()
    assert (first["total"], first["paging"]["next"]["after"]) == (3, "2")
    assert [record["id"][-2:] for record in first["results"]] == ["18", "17"]
    assert await found(account, sorts=sorts, limit=2, after="2") == ["23"]


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"after": "10000"},
        {"filterGroups": [{"filters": [by("nope", "EQ", "1")]}]},
        {"filterGroups": [{"filters": [by("amount", "LIKE", "1")]}]},
        {"filterGroups": [{"filters": [by("amount", "EQ", "much")]}]},
        {"filterGroups": [{"filters": []}] * 6},
        {"sorts": [{"propertyName": "nope"}]},
    ],
)
async def test_what_makes_no_sense_is_refused(account: Account, body: dict[str, Any]) -> None:
    answer = await account.http("POST", PATH, body)
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


async def test_search_sees_a_change_late_and_a_read_at_once(open_account: Open) -> None:
    won = by("dealstage", "EQ", "closedwon")
    async with open_account(search_lag=30) as account:
        await account.http("PATCH", DEAL, {"properties": {"dealstage": "closedwon"}})
        assert (await account.properties(DEAL, "dealstage"))["dealstage"] == "closedwon"
        assert await found(account, [won]) == []
        await account.advance(30)
        assert await found(account, [won]) == ["17"]
        await account.http("DELETE", DEAL)
        assert await found(account, [won]) == ["17"]
        await account.advance(30)
        assert await found(account, [won]) == []
