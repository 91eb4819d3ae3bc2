"""Owners, pipelines, account details, and the same under dated paths."""

import pytest

from tests.testbed.vendors.hubspot.conftest import Account, Open


async def test_owners_are_listed_and_found(account: Account) -> None:
    api = account.api.crm.owners.owners_api
    page = await account.call(api.get_page, limit=2)
    assert len(page.results) == 2
    rest = await account.call(api.get_page, limit=2, after=page.paging.next.after)
    assert rest.paging is None
    one = await account.call(api.get_by_id, 77120345)
    assert (one.id, one.email, one.type) == ("77120345", "petra.hola@lowfold.example", "PERSON")
    by_user = await account.call(api.get_by_id, 9100124, id_property="userId")
    assert by_user.id == "77120346"
    named = await account.call(api.get_page, email="jana.kratka@lowfold.example")
    assert [owner.id for owner in named.results] == ["77120347"]


async def test_an_owner_of_a_record_must_exist(account: Account) -> None:
    path, body = (
        "/crm/v3/objects/deals/51230000017",
        {"properties": {"hubspot_owner_id": "9100123"}},
    )
    assert (await account.http("PATCH", path, body)).status_code == 400


async def test_won_is_a_stage_in_every_pipeline_of_deals(account: Account) -> None:
    pipelines = await account.call(account.api.crm.pipelines.pipelines_api.get_all, "deals")
    won = {
        stage.id
        for pipeline in pipelines.results
        for stage in pipeline.stages
        if stage.metadata == {"isClosed": "true", "probability": "1.0"}
    }
    assert won == {"closedwon", "88120011"}
    stages = await account.call(
        account.api.crm.pipelines.pipeline_stages_api.get_all, "tickets", "0"
    )
    assert [s.metadata["ticketState"] for s in stages.results] == ["OPEN"] * 3 + ["CLOSED"]


async def test_the_account_says_its_currency(account: Account) -> None:
    told = (await account.http("GET", "/account-info/v3/details")).json()
    assert (told["portalId"], told["companyCurrency"]) == (48120077, "EUR")
    assert "rates" not in told


async def test_the_home_amount_is_worked_out(account: Account) -> None:
    path = "/crm/v3/objects/deals/51230000019?properties=amount_in_home_currency"
    home = (await account.http("GET", path)).json()["properties"]["amount_in_home_currency"]
    assert home == "36639.99"


@pytest.mark.parametrize("version", ["2026-03", "2026-09"])
async def test_dated_paths_serve_the_same(account: Account, version: str) -> None:
    pairs = [
        ("/crm/v3/objects/deals/51230000017", f"/crm/objects/{version}/0-3/51230000017"),
        ("/crm/v3/properties/deals/amount", f"/crm/properties/{version}/deals/amount"),
        ("/crm/v3/pipelines/deals", f"/crm/pipelines/{version}/deals"),
        ("/crm/v3/owners", f"/crm/owners/{version}"),
        ("/account-info/v3/details", f"/account-info/{version}/details"),
        ("/crm/v4/objects/deals/51230000017/associations/companies",
         f"/crm/objects/{version}/deals/51230000017/associations/companies"),
        ("/crm/v4/associations/deals/contacts/labels",
         f"/crm/associations/{version}/deals/contacts/labels"),
    ]  # fmt: skip
    for old, dated in pairs:
        assert (await account.http("GET", old)).json() == (await account.http("GET", dated)).json()
    search = await account.http("POST", f"/crm/objects/{version}/deals/search", {})
    assert search.json()["total"] == 7


async def test_required_properties_count_from_2026_09_on(open_account: Open) -> None:
    async with open_account(required_properties={"companies": ["domain"]}) as account:
        body = {"properties": {"name": "Bare"}}
        old = await account.http("POST", "/crm/v3/objects/companies", body)
        assert old.status_code == 201
        new = await account.http("POST", "/crm/objects/2026-09/companies", body)
        assert new.json()["errors"][0]["code"] == "MISSING_REQUIRED_PROPERTY"
