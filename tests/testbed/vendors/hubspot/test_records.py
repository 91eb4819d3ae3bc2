"""Records: what is stored of a value, what is refused, and what HubSpot calculates."""

from typing import Any

import pytest
from hubspot.crm.contacts.exceptions import ApiException

from tests.testbed.vendors.hubspot.conftest import CASHWARD, DEAL, OBJECTS, Account, Open


def spec(type_id: int) -> list[dict[str, Any]]:
    return [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}]


async def test_values_come_back_as_text(account: Account) -> None:
    given = {"amount": 90.50, "closedate": 1790000000000, "cashward_start": "2026-12-01"}
    path = f"{OBJECTS}/deals/{await account.created('deals', **given)}"
    found = await account.properties(path, *given, "dealname", "no_such")
    assert found["amount"] == "90.5"
    assert found["closedate"] == "2026-09-21T14:13:20Z"
    assert found["cashward_start"] == "2026-12-01"
    assert found["dealname"] is None
    assert "no_such" not in found


async def test_all_bad_properties_are_refused_at_once_and_nothing_is_written(
    account: Account,
) -> None:
    bad = {
        "amount": "much",
        "no_such": "1",
        "createdate": "2026-12-01",
        "dealstage": "nowhere",
        "cashward_start": "soon",
        "dealname": "Changed",
    }
    refused = await account.http("PATCH", DEAL, {"properties": bad})
    codes = [error["code"] for error in refused.json()["errors"]]
    assert codes == [
        "INVALID_INTEGER", "PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE", "INVALID_OPTION",
        "INVALID_DATE",
    ]  # fmt: skip
    assert (await account.properties(DEAL, "dealname"))["dealname"].startswith("Warehouse")


@pytest.mark.parametrize("body", [{"properties": "none"}, [], {"properties": {"amount": [1]}}])
async def test_a_body_of_another_shape_is_refused(account: Account, body: object) -> None:
    refused = await account.http("PATCH", DEAL, body)
    assert (refused.status_code, refused.json()["category"]) == (400, "VALIDATION_ERROR")


async def test_a_body_that_is_no_json_is_refused_without_a_category(account: Account) -> None:
    refused = await account.http("POST", f"{OBJECTS}/deals", content=b'{"properties"')
    assert (refused.status_code, "category" in refused.json()) == (400, False)
    assert refused.json()["message"].startswith("Invalid input JSON on line 1")


async def test_a_stage_brings_its_pipeline_and_a_close_date(account: Account) -> None:
    id_ = await account.created("deals", dealname="Renewal", dealstage="88120011")
    found = await account.properties(f"{OBJECTS}/deals/{id_}", "pipeline", "closedate")
    assert found["pipeline"] == "88120001"
    assert found["closedate"]


async def test_amounts_are_worked_out(account: Account) -> None:
    deal = await account.created("deals", amount="100", deal_currency_code="CZK")
    found = await account.properties(f"{OBJECTS}/deals/{deal}", "amount_in_home_currency")
    assert found["amount_in_home_currency"] == "4.04"
    line = await account.created("line_items", quantity="12.5", price="760.00")
    assert (await account.properties(f"{OBJECTS}/line_items/{line}", "amount"))["amount"] == (
        "9500.000"
    )


async def test_an_email_is_unique_whatever_its_case(account: Account) -> None:
    await account.created("contacts", email="a@b.example")
    create = account.api.crm.contacts.basic_api.create
    with pytest.raises(ApiException, match="Existing ID") as taken:
        await account.call(create, {"properties": {"email": "A@B.example"}})
    assert taken.value.status == 409


async def test_an_unknown_record_is_absent_in_hubspots_words(account: Account) -> None:
    number = await account.http("GET", f"{OBJECTS}/deals/9")
    word = await account.http("GET", f"{OBJECTS}/deals/abc")
    assert (number.status_code, word.status_code) == (404, 404)
    assert ("category" in number.json(), word.json()["category"]) == (False, "OBJECT_NOT_FOUND")
    assert number.headers["x-hubspot-correlation-id"] == number.json()["correlationId"]
    assert (await account.http("GET", f"{OBJECTS}/butterflies")).status_code == 400


async def test_a_history_tells_who_changed_what_newest_first(account: Account) -> None:
    body = {"properties": {"dealstage": "closedwon"}}
    await account.http("PATCH", DEAL, body, token=CASHWARD)
    asked = f"{DEAL}?propertiesWithHistory=dealstage"
    versions = (await account.http("GET", asked)).json()["propertiesWithHistory"]["dealstage"]
    assert [v["value"] for v in versions] == ["closedwon", "contractsent"]
    assert [v["sourceType"] for v in versions] == ["INTEGRATION", "CRM_UI"]


async def test_a_record_moves_its_time_with_every_change(account: Account) -> None:
    times = []
    for amount in ("1", "2", "3"):
        answer = await account.http("PATCH", DEAL, {"properties": {"amount": amount}})
        times.append(answer.json()["updatedAt"])
    assert times == sorted(set(times))


async def test_a_merged_record_is_found_by_both_old_ids(account: Account) -> None:
    pair = {"primaryObjectId": "31870000041", "objectIdToMerge": "31870000042"}
    heir = (await account.http("POST", f"{OBJECTS}/companies/merge", pair)).json()
    assert heir["properties"]["name"] == "Tatra Kovo a.s."
    for old in pair.values():
        found = (await account.http("GET", f"{OBJECTS}/companies/{old}")).json()
        assert found["id"] == heir["id"]
    deal = (await account.http("GET", f"{DEAL}?associations=companies")).json()
    others = deal["associations"]["companies"]["results"]
    assert {other["id"] for other in others} == {heir["id"]}


async def test_an_archived_record_is_gone_with_its_associations(account: Account) -> None:
    contact = f"{OBJECTS}/contacts/90110000001"
    assert (await account.http("DELETE", contact)).status_code == 204
    assert (await account.http("GET", contact)).status_code == 404
    path = "/crm/v4/objects/deals/51230000017/associations/contacts"
    ends = (await account.http("GET", path)).json()["results"]
    assert 90110000001 not in {end["toObjectId"] for end in ends}


# ----------------------------------------------------------------- associations


async def test_a_primary_company_appears_twice_and_line_items_with_a_space(
    account: Account,
) -> None:
    deal = await account.http("GET", f"{DEAL}?associations=companies,line_items,tasks")
    found = deal.json()["associations"]
    assert set(found) == {"companies", "line items"}
    types = {end["type"] for end in found["companies"]["results"]}
    assert types == {"deal_to_company", "deal_to_company_unlabeled"}


async def test_a_new_record_is_associated_or_not_made(account: Account) -> None:
    task = {"hs_timestamp": "2026-12-01T12:00:00Z", "hs_task_subject": "Call"}
    deal = {"to": {"id": "51230000017"}, "types": spec(216)}
    body: dict[str, Any] = {"properties": task, "associations": [deal]}
    assert (await account.http("POST", f"{OBJECTS}/tasks", body)).status_code == 201
    for wrong in ({**deal, "to": {"id": "1"}}, {**deal, "types": spec(5)}):
        refused = await account.http("POST", f"{OBJECTS}/tasks", {**body, "associations": [wrong]})
        assert refused.status_code == 400
    assert len((await account.http("GET", f"{OBJECTS}/tasks")).json()["results"]) == 1


async def test_a_label_is_created_used_and_deleted(account: Account) -> None:
    path = "/crm/v4/associations/deals/contacts/labels"
    body = {"name": "payer", "label": "Payer"}
    (made,) = (await account.http("POST", path, body)).json()["results"]
    assert (await account.http("POST", path, body)).status_code == 409
    types = [{"associationCategory": "USER_DEFINED", "associationTypeId": made["typeId"]}]
    contact = {"to": {"id": "90110000001"}, "types": types}
    created = await account.http("POST", f"{OBJECTS}/deals", {"associations": [contact]})
    ends = f"/crm/v4/objects/deals/{created.json()['id']}/associations/contacts"
    assert await labels(account, ends) == [None, "Payer"]
    await account.http("DELETE", f"{path}/{made['typeId']}")
    assert await labels(account, ends) == [None]


async def labels(account: Account, path: str) -> list[str | None]:
    (end,) = (await account.http("GET", path)).json()["results"]
    return sorted((t["label"] for t in end["associationTypes"]), key=str)


# ---------------------------------------------------------------------- batches


async def test_a_batch_read_names_all_missing_ids_in_one_error(account: Account) -> None:
    ids = ("51230000017", "8", "9")
    body = {"inputs": [{"id": id_} for id_ in ids], "properties": ["dealname"]}
    answer = await account.http("POST", f"{OBJECTS}/deals/batch/read", body)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["context"]) == (207, {"ids": ["8", "9"]})
    assert [record["id"] for record in answer.json()["results"]] == ["51230000017"]


async def test_a_batch_is_created_whole_or_not_at_all(account: Account) -> None:
    path = f"{OBJECTS}/contacts/batch/create"
    inputs = [{"properties": {"email": "new@a.example"}}] * 2
    assert (await account.http("POST", path, {"inputs": inputs})).status_code == 409
    assert (await account.http("POST", path, {"inputs": inputs[:1]})).status_code == 201


@pytest.mark.parametrize(
    "inputs", [[{"id": "51230000017"}] * 2, [{"id": str(n)} for n in range(101)]]
)
async def test_a_batch_of_the_same_id_twice_or_of_too_many_is_refused(
    account: Account, inputs: list[dict[str, str]]
) -> None:
    answer = await account.http("POST", f"{OBJECTS}/deals/batch/read", {"inputs": inputs})
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


# --------------------------------------------------------------------- restarts


async def test_a_restart_keeps_records_associations_and_ids(open_account: Open) -> None:
    async with open_account() as account:
        await account.http("PATCH", DEAL, {"properties": {"dealstage": "closedwon"}})
        first = await account.created("companies", name="First")
    async with open_account() as account:
        deal = (await account.http("GET", f"{DEAL}?associations=companies")).json()
        assert deal["properties"]["dealstage"] == "closedwon"
        assert deal["associations"]["companies"]["results"]
        assert int(await account.created("companies", name="Second")) > int(first)
