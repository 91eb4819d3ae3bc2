"""Property definitions and groups."""

from typing import Any

import pytest

from tests.testbed.vendors.hubspot.conftest import DEAL, Account

PATH = "/crm/v3/properties/deals"
FIELD = {
    "name": "own_note",
    "label": "Note",
    "type": "string",
    "fieldType": "text",
    "groupName": "cashward",
}


async def create(account: Account, *fields: dict[str, Any]) -> Any:
    return await account.http("POST", f"{PATH}/batch/create", {"inputs": list(fields)})


async def test_a_property_can_be_used_until_it_is_archived(account: Account) -> None:
    assert (await create(account, FIELD)).status_code == 201
    body = {"properties": {"own_note": "kept"}}
    assert (await account.http("PATCH", DEAL, body)).status_code == 200
    await account.http("DELETE", f"{PATH}/own_note")
    assert "own_note" not in await account.properties(DEAL, "own_note")
    await create(account, FIELD)
    assert (await account.properties(DEAL, "own_note"))["own_note"] == "kept"


async def test_a_batch_creates_the_new_and_names_the_known(account: Account) -> None:
    answer = await create(account, FIELD, {**FIELD, "name": "cashward_scope"})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["category"]) == (207, "OBJECT_ALREADY_EXISTS")
    assert [made["name"] for made in answer.json()["results"]] == ["own_note"]


@pytest.mark.parametrize(
    "odd", [{"name": "Own Note"}, {"fieldType": "number"}, {"groupName": "none"}]
)
async def test_an_odd_definition_is_refused(account: Account, odd: dict[str, str]) -> None:
    assert (await create(account, FIELD | odd)).status_code == 400


async def test_a_definition_of_hubspot_cannot_be_changed(account: Account) -> None:
    answer = await account.http("PATCH", f"{PATH}/amount", {"label": "Sum"})
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


async def test_a_group_is_archived_only_when_it_is_empty(account: Account) -> None:
    group = {"name": "own", "label": "Own"}
    assert (await account.http("POST", f"{PATH}/groups", group)).status_code == 201
    assert (await account.http("POST", f"{PATH}/groups", group)).status_code == 409
    await create(account, FIELD | {"groupName": "own"})
    assert (await account.http("DELETE", f"{PATH}/groups/own")).status_code == 400
    await account.http("POST", f"{PATH}/batch/archive", {"inputs": [{"name": "own_note"}]})
    assert (await account.http("DELETE", f"{PATH}/groups/own")).status_code == 204
