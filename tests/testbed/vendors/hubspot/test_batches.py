"""Records by the hundred: all, none, or a 207 that says which."""

import json

import pytest
from hubspot.crm.companies import BatchInputSimplePublicObjectBatchInputUpsert as Upsert
from hubspot.crm.deals import BatchInputSimplePublicObjectBatchInput as Update
from hubspot.crm.deals import BatchReadInputSimplePublicObjectId as Read
from hubspot.crm.deals.exceptions import ApiException
from hubspot.crm.properties import PropertyCreate

from tests.testbed.vendors.hubspot.conftest import Account

LINES = "/crm/v3/objects/line_items/batch"
CONTACTS = "/crm/v3/objects/contacts/batch"


async def unique_key(account: Account, kind: str = "companies") -> None:
    made = PropertyCreate(
        name="own_key", label="Own key", type="string", field_type="text", group_name="cashward",
        has_unique_value=True,
    )  # fmt: skip
    await account.call(account.api.crm.properties.core_api.create, kind, made)


async def test_a_batch_reads_many_and_names_the_missing(account: Account) -> None:
    inputs = [{"id": "51230000017"}, {"id": "987654321001"}, {"id": "987654321002"}]
    asked = Read(inputs=inputs, properties=["amount"], properties_with_history=[])
    answer = await account.call(account.api.crm.deals.batch_api.read, asked)
    assert [record.id for record in answer.results] == ["51230000017"]
    assert answer.num_errors == 1
    assert answer.errors[0].category == "OBJECT_NOT_FOUND"
    assert answer.errors[0].context["ids"] == ["987654321001", "987654321002"]


async def test_a_batch_reads_by_a_unique_property(account: Account) -> None:
    inputs = [{"id": "sato@aoiseiki.example"}]
    body = {"idProperty": "email", "properties": ["lastname"], "inputs": inputs}
    answer = await account.http("POST", f"{CONTACTS}/read", body)
    assert (answer.status_code, answer.json()["results"][0]["id"]) == (200, "90110000009")


async def test_a_batch_is_made_whole_or_not_at_all(account: Account) -> None:
    good = {"properties": {"name": "a", "quantity": 1, "price": "1.10"}}
    answer = await account.http("POST", f"{LINES}/create", {"inputs": [good, good]})
    assert (answer.status_code, len(answer.json()["results"])) == (201, 2)
    count = len(account.vendor.store.collection("line_items"))
    bad = {"properties": {"nope": 1}}
    answer = await account.http("POST", f"{LINES}/create", {"inputs": [good, bad]})
    assert answer.status_code == 400
    assert len(account.vendor.store.collection("line_items")) == count


async def test_with_trace_ids_the_good_are_made_and_the_others_told(account: Account) -> None:
    inputs = [
        {"properties": {"email": "new@aoiseiki.example"}, "objectWriteTraceId": "t-1"},
        {"properties": {"email": "sato@aoiseiki.example"}, "objectWriteTraceId": "t-2"},
    ]
    answer = await account.http("POST", f"{CONTACTS}/create", {"inputs": inputs})
    assert answer.status_code == 207
    error = answer.json()["errors"][0]
    assert error["category"] == "CONFLICT"
    assert error["context"] == {"objectWriteTraceId": ["t-2"], "existingId": ["90110000009"]}
    assert len(answer.json()["results"]) == 1
    bare = [{"properties": one["properties"]} for one in inputs]
    answer = await account.http("POST", f"{CONTACTS}/create", {"inputs": bare})
    assert answer.status_code == 409


async def test_a_batch_updates_what_it_finds(account: Account) -> None:
    inputs = [
        {"id": "51230000017", "properties": {"cashward_paid": "1.00"}},
        {"id": "1", "properties": {"cashward_paid": "1.00"}},
    ]
    answer = await account.call(account.api.crm.deals.batch_api.update, Update(inputs=inputs))
    assert answer.results[0].properties["cashward_paid"] == "1.00"
    assert answer.errors[0].context["ids"] == ["1"]


async def test_a_merged_id_is_passed_over_in_silence(account: Account) -> None:
    pair = {"primaryObjectId": "31870000046", "objectIdToMerge": "31870000047"}
    await account.http("POST", "/crm/v3/objects/companies/merge", pair)
    body = {"inputs": [{"id": "31870000047", "properties": {"city": "Komárno"}}]}
    answer = await account.http("POST", "/crm/v3/objects/companies/batch/update", body)
    assert (answer.status_code, answer.json()["results"]) == (200, [])


async def test_an_upsert_makes_once_and_then_changes(account: Account) -> None:
    await unique_key(account)
    key = "acc-36421928"
    properties = {"own_key": key, "name": "Once a.s."}
    one = {"id": key, "idProperty": "own_key", "properties": properties}
    upsert = account.api.crm.companies.batch_api.upsert
    made = await account.call(upsert, Upsert(inputs=[one]))
    again = await account.call(upsert, Upsert(inputs=[one]))
    assert (made.results[0].new, again.results[0].new) == (True, False)
    assert made.results[0].id == again.results[0].id
    path = f"/crm/v3/objects/companies/{key}?idProperty=own_key"
    assert (await account.http("GET", path)).json()["id"] == made.results[0].id


async def test_a_taken_value_is_a_400_that_names_the_holder_second(account: Account) -> None:
    await unique_key(account)
    path = "/crm/v3/objects/companies"
    first = (await account.http("POST", path, {"properties": {"own_key": "k"}})).json()["id"]
    answer = await account.http("POST", path, {"properties": {"own_key": "k"}})
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")
    assert answer.json()["message"].endswith(f". {first} already has that value.")
    other = await account.http("PATCH", f"{path}/31870000041", {"properties": {"own_key": "k"}})
    assert "on 31870000041." in other.json()["message"]


@pytest.mark.parametrize("by", ["city", "hs_object_id", "no_such"])
async def test_an_upsert_by_what_is_not_unique_is_refused(account: Account, by: str) -> None:
    inputs = [{"id": "x", "idProperty": by, "properties": {}}]
    answer = await account.http(
        "POST", "/crm/v3/objects/companies/batch/upsert", {"inputs": inputs}
    )
    assert answer.json()["message"] == (
        f"Unable to perform upsert by non-unique 0-2 property {by} in portal ID 48120077"
    )


async def test_a_batch_archives(account: Account) -> None:
    inputs = {"inputs": [{"id": "51230000017"}, {"id": "51230000018"}]}
    answer = await account.http("POST", "/crm/v3/objects/deals/batch/archive", inputs)
    assert answer.status_code == 204
    assert len(await account.call(account.api.crm.deals.get_all)) == 5


async def test_a_batch_has_bounds_and_no_doubles(account: Account) -> None:
    many = [{"id": str(n)} for n in range(101)]
    asked = Read(inputs=many, properties=[], properties_with_history=[])
    with pytest.raises(ApiException, match="400"):
        await account.call(account.api.crm.deals.batch_api.read, asked)
    twice = {"inputs": [{"id": "51230000017"}, {"id": "51230000017"}], "properties": []}
    answer = await account.http("POST", "/crm/v3/objects/deals/batch/read", twice)
    assert answer.json()["context"] == {"ids": ["51230000017"]}
    assert "IDs must be unique" in answer.json()["message"]


async def test_contexts_are_always_lists(account: Account) -> None:
    inputs = {"inputs": [{"id": "5"}], "properties": []}
    answer = await account.http("POST", "/crm/v3/objects/deals/batch/read", inputs)
    contexts = [error["context"] for error in json.loads(answer.text)["errors"]]
    assert contexts == [{"ids": ["5"]}]
