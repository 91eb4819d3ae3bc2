"""What each fault looks like on HubSpot's wire, and what the log says of it."""

import httpx
import pytest
from hubspot.crm.companies.exceptions import ApiException, ServiceException
from urllib3.exceptions import ProtocolError

from tests.testbed.vendors.hubspot.conftest import Account, Open
from tests.testbed.vendors.hubspot.test_access import DEAL, fresh

CREATE = "POST /crm/v3/objects/companies"
BODY = {"properties": {"name": "Fault Ltd"}}


async def one(account: Account, kind: str, **config: object) -> None:
    rule = {"operation": CREATE, "key": "Fault Ltd", "attempt": 0, "kind": kind}
    await account.faults(rules=[rule], **config)


def made(account: Account) -> int:
    companies = account.vendor.store.collection("companies").values()
    return sum(c["properties"].get("name") == "Fault Ltd" for c in companies)


async def test_the_operation_names_the_kind_and_the_key_what_it_is_about(account: Account) -> None:
    await account.http("POST", "/crm/v3/objects/0-2", BODY)
    line = account.lines[-1]
    assert (line["operation"], line["key"]) == (CREATE, "Fault Ltd")
    assert [c["collection"] for c in line["changed"]] == ["companies"]
    await account.http("PATCH", DEAL, {"properties": {"amount": "1"}})
    line = account.lines[-1]
    assert (line["operation"], line["key"]) == (
        "PATCH /crm/v3/objects/deals/{id}",
        "51230000017",
    )
    assert line["changed"] == [{"collection": "deals", "id": "51230000017", "what": "updated"}]


@pytest.mark.parametrize("kind", ["lost_reply", "late_commit"])
async def test_a_lost_reply_has_been_done(account: Account, kind: str) -> None:
    await one(account, kind, late_by=0.05)
    with pytest.raises(ProtocolError, match="without response"):
        await account.call(account.api.crm.companies.basic_api.create, BODY)
    assert (made(account), account.lines[-1]["committed"]) == (1, True)


async def test_a_hang_has_not(account: Account) -> None:
    await one(account, "hang", hang_for=0.05)
    with pytest.raises(ProtocolError, match="without response"):
        await account.call(account.api.crm.companies.basic_api.create, BODY)
    assert made(account) == 0


@pytest.mark.parametrize(("kind", "count"), [("error_before", 0), ("error_after", 1)])
async def test_a_500_says_nothing_about_what_was_done(
    account: Account, kind: str, count: int
) -> None:
    await one(account, kind)
    with pytest.raises(ServiceException):
        await account.call(account.api.crm.companies.basic_api.create, BODY)
    assert made(account) == count


async def test_a_throttle_is_hubspots_own_429(account: Account) -> None:
    await one(account, "throttle", retry_after=None)
    with pytest.raises(ApiException, match="429") as refused:
        await account.call(account.api.crm.companies.basic_api.create, BODY)
    assert "TEN_SECONDLY_ROLLING" in refused.value.body
    assert "Retry-After" not in refused.value.headers
    assert made(account) == 0


async def test_a_malformed_answer_cannot_be_read(account: Account) -> None:
    await one(account, "malformed")
    answer = await account.http("POST", "/crm/v3/objects/companies", BODY)
    assert (answer.status_code, made(account)) == (200, 1)
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        answer.json()


async def test_an_expired_token_must_be_refreshed(account: Account) -> None:
    token = await fresh(account)
    await account.faults(rules=[{"operation": "GET *", "kind": "expired_token"}])
    answer = await account.http("GET", DEAL, token=token)
    assert answer.json()["category"] == "EXPIRED_AUTHENTICATION"
    await account.faults()
    assert (await account.http("GET", DEAL, token=token)).status_code == 401
    assert (await account.http("GET", DEAL, token=await fresh(account))).status_code == 200


async def test_a_private_app_token_does_not_expire(account: Account) -> None:
    await account.faults(rules=[{"kind": "expired_token", "attempt": None}])
    assert (await account.http("GET", DEAL)).status_code == 200


async def run(account: Account) -> list[tuple[object, ...]]:
    for n in range(30):
        body = {"properties": {"name": f"Company {n}"}}
        try:
            await account.http("POST", "/crm/v3/objects/companies", body)
        except httpx.RemoteProtocolError:
            continue
    return [(line["key"], line["fault"], line["committed"]) for line in account.lines[-30:]]


async def test_a_run_replays_by_its_seed(account: Account) -> None:
    config = {"seed": 7, "rate": 0.6, "late_by": 0.0, "hang_for": 0.0}
    await account.faults(**config)
    first = await run(account)
    await account.faults(**config)
    assert await run(account) == first
    assert len({fault for _, fault, _ in first}) > 5


async def test_a_search_and_a_batch_read_are_no_changes(account: Account) -> None:
    await account.faults(rate=1.0, changes_only=True, weights={"error_before": 1})
    assert (await account.http("POST", "/crm/v3/objects/deals/search", {})).status_code == 200
    body = {"inputs": [{"id": "51230000017"}], "properties": []}
    read = await account.http("POST", "/crm/v3/objects/deals/batch/read", body)
    assert read.status_code == 200
    assert (await account.http("PATCH", DEAL, {"properties": {}})).status_code == 500


async def test_a_restart_keeps_records_links_properties_and_tokens(open_account: Open) -> None:
    async with open_account() as account:
        token = await fresh(account)
        await account.http("PATCH", DEAL, {"properties": {"dealstage": "closedwon"}})
        made_id = (await account.http("POST", "/crm/v3/objects/companies", BODY)).json()["id"]
        pair = {"primaryObjectId": "31870000046", "objectIdToMerge": "31870000047"}
        heir = await account.http("POST", "/crm/v3/objects/companies/merge", pair)
    async with open_account() as account:
        deal = (await account.http("GET", f"{DEAL}?associations=companies", token=token)).json()
        assert deal["properties"]["dealstage"] == "closedwon"
        assert deal["associations"]["companies"]["results"]
        again = (await account.http("POST", "/crm/v3/objects/companies", BODY)).json()["id"]
        assert int(again) > int(made_id)
        old = await account.http("GET", "/crm/v3/objects/companies/31870000047")
        assert old.json()["id"] == heir.json()["id"]
        search = await account.http("POST", "/crm/v3/objects/deals/search", {"query": "warehouse"})
        assert search.json()["total"] == 1
