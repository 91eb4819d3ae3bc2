"""Definitions: HubSpot's own, and those that users make, archive and make again."""

import json
from typing import Any

import pytest
from hubspot.crm.properties import OptionInput, PropertyCreate, PropertyGroupCreate, PropertyUpdate
from hubspot.crm.properties.exceptions import ApiException, NotFoundException

from tests.testbed.vendors.hubspot.conftest import Account


def text(name: str, **more: Any) -> PropertyCreate:
    usual = {"label": "L", "type": "string", "field_type": "text", "group_name": "cashward"}
    return PropertyCreate(name=name, **(usual | more))


async def test_a_property_is_made_used_and_read_back(account: Account) -> None:
    api = account.api.crm.properties.core_api
    made = await account.call(api.create, "deals", text("own_note", has_unique_value=True))
    assert (made.name, made.has_unique_value, made.options) == ("own_note", True, [])
    assert made.created_at
    read = await account.call(api.get_by_name, "deals", "own_note")
    assert read.field_type == "text"
    body = {"properties": {"own_note": "x"}}
    answer = await account.http("PATCH", "/crm/v3/objects/deals/51230000017", body)
    assert answer.json()["properties"]["own_note"] == "x"


async def test_hubspots_own_have_the_types_one_expects(account: Account) -> None:
    listed = await account.call(account.api.crm.properties.core_api.get_all, "deals")
    types = {one.name: one.type for one in listed.results}
    assert {name: types[name] for name in ("dealname", "amount", "dealstage", "closedate")} == {
        "dealname": "string", "amount": "number", "dealstage": "enumeration",
        "closedate": "datetime",
    }  # fmt: skip
    stage = next(one for one in listed.results if one.name == "dealstage")
    assert "88120011" in {option.value for option in stage.options}
    assert stage.hubspot_defined


async def test_a_taken_name_is_a_conflict(account: Account) -> None:
    create = account.api.crm.properties.core_api.create
    with pytest.raises(ApiException) as refused:
        await account.call(create, "deals", text("cashward_key"))
    told = json.loads(refused.value.body)
    assert (refused.value.status, told["category"]) == (409, "OBJECT_ALREADY_EXISTS")
    assert told["subCategory"] == "Properties.PROPERTY_WITH_NAME_EXISTS"
    assert told["context"]["name"] == ["cashward_key"]


@pytest.mark.parametrize(
    "odd",
    [text("Upper"), text("own", field_type="number"), text("own", group_name="nowhere")],
)
async def test_an_odd_definition_is_refused(account: Account, odd: PropertyCreate) -> None:
    with pytest.raises(ApiException, match="400"):
        await account.call(account.api.crm.properties.core_api.create, "deals", odd)


async def test_an_archived_property_comes_back_with_its_data(account: Account) -> None:
    api = account.api.crm.properties.core_api
    path = "/crm/v3/objects/deals/51230000017"
    await account.http("PATCH", path, {"properties": {"cashward_key": "deal-77"}})
    await account.call(api.archive, "deals", "cashward_key")
    with pytest.raises(NotFoundException):
        await account.call(api.get_by_name, "deals", "cashward_key")
    refused = await account.http("PATCH", path, {"properties": {"cashward_key": "x"}})
    assert refused.json()["errors"][0]["code"] == "PROPERTY_DOESNT_EXIST"
    await account.call(api.create, "deals", text("cashward_key"))
    read = await account.http("GET", f"{path}?properties=cashward_key")
    assert read.json()["properties"]["cashward_key"] == "deal-77"


async def test_a_change_may_add_options_but_not_uniqueness(account: Account) -> None:
    api = account.api.crm.properties.core_api
    options = [OptionInput(label="A", value="a", hidden=False)]
    change = PropertyUpdate(options=options, label="Template")
    changed = await account.call(api.update, "deals", "cashward_template", change)
    assert (changed.label, [o.value for o in changed.options]) == ("Template", ["a"])
    body = {"hasUniqueValue": True}
    answer = await account.http("PATCH", "/crm/v3/properties/deals/cashward_key", body)
    assert answer.json()["hasUniqueValue"] is False


async def test_a_batch_makes_the_new_and_names_the_known(account: Account) -> None:
    new = {"name": "own_b", "label": "B", "type": "number", "fieldType": "number"}
    known = new | {"name": "cashward_key", "type": "string", "fieldType": "text"}
    inputs = [one | {"groupName": "cashward"} for one in (new, known)]
    answer = await account.http("POST", "/crm/v3/properties/deals/batch/create", {"inputs": inputs})
    assert answer.status_code == 207
    assert [one["name"] for one in answer.json()["results"]] == ["own_b"]
    assert answer.json()["errors"][0]["context"] == {"name": ["cashward_key"]}
    body = {"inputs": [{"name": "own_b"}, {"name": "amount"}], "archived": False}
    read = await account.http("POST", "/crm/v3/properties/deals/batch/read", body)
    assert [one["name"] for one in read.json()["results"]] == ["own_b", "amount"]
    assert read.status_code == 200


async def test_a_group_is_made_and_kept_while_it_is_used(account: Account) -> None:
    api = account.api.crm.properties.groups_api
    made = await account.call(api.create, "tickets", PropertyGroupCreate(name="own", label="Own"))
    assert (made.name, made.archived) == ("own", False)
    again = {"name": "own", "label": "Own"}
    assert (
        await account.http("POST", "/crm/v3/properties/tickets/groups", again)
    ).status_code == 409
    with pytest.raises(ApiException, match="still has properties"):
        await account.call(api.archive, "deals", "cashward")
    await account.call(api.archive, "tickets", "own")
    with pytest.raises(NotFoundException):
        await account.call(api.get_by_name, "tickets", "own")


async def test_at_most_ten_unique_properties(account: Account) -> None:
    create = account.api.crm.properties.core_api.create
    for n in range(10):
        await account.call(create, "deals", text(f"own_{n}", has_unique_value=True))
    with pytest.raises(ApiException, match="400"):
        await account.call(create, "deals", text("own_10", has_unique_value=True))
