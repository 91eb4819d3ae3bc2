"""Associations in both directions, with their primary company and their labels."""

from typing import Any

import pytest
from hubspot.crm.associations.v4 import AssociationSpec
from hubspot.crm.associations.v4 import BatchInputPublicFetchAssociationsBatchRequest as Read
from hubspot.crm.associations.v4.exceptions import ApiException
from hubspot.crm.associations.v4.schema import PublicAssociationDefinitionCreateRequest as Create

from tests.testbed.vendors.hubspot.conftest import Account

DEAL, COMPANY, CONTACT = "51230000017", "31870000041", "90110000001"


async def types_between(account: Account, a: str, id_: str, b: str) -> dict[int, set[int]]:
    page = account.api.crm.associations.v4.basic_api.get_page
    answer = await account.call(page, a, id_, b)
    return {int(e.to_object_id): {t.type_id for t in e.association_types} for e in answer.results}


async def test_a_primary_company_shows_both_types_in_both_directions(account: Account) -> None:
    assert await types_between(account, "deals", DEAL, "companies") == {int(COMPANY): {5, 341}}
    assert await types_between(account, "companies", COMPANY, "deals") == {int(DEAL): {6, 342}}


async def test_ids_are_numbers_here(account: Account) -> None:
    path = f"/crm/v4/objects/deals/{DEAL}/associations/companies"
    assert (await account.http("GET", path)).json()["results"][0]["toObjectId"] == int(COMPANY)


async def test_a_default_association_is_harmless_to_repeat(account: Account) -> None:
    join = account.api.crm.associations.v4.basic_api.create_default
    for _ in range(2):
        answer = await account.call(join, "deals", DEAL, "contacts", "90110000014")
        assert [r.association_spec.association_type_id for r in answer.results] == [3, 4]
    assert (await types_between(account, "contacts", "90110000014", "deals"))[int(DEAL)] == {4}


async def test_a_new_primary_company_takes_the_place_of_the_old(account: Account) -> None:
    spec = AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=5)
    put = account.api.crm.associations.v4.basic_api.create
    await account.call(put, "deals", DEAL, "companies", "31870000042", [spec])
    assert await types_between(account, "deals", DEAL, "companies") == {
        int(COMPANY): {341},
        31870000042: {5, 341},
    }


async def test_a_label_is_made_found_and_worn(account: Account) -> None:
    definitions = account.api.crm.associations.v4.schema.definitions_api
    asked = Create(name="cashward_payer", label="Payer", inverse_label="Payer for")
    made = await account.call(definitions.create, "deals", "contacts", asked)
    assert [one.label for one in made.results] == ["Payer", "Payer for"]
    type_id = made.results[0].type_id
    known = await account.call(definitions.get_all, "deals", "contacts")
    labels = {one.label: one.type_id for one in known.results}
    assert labels["Payer"] == type_id
    assert {None, "Sponsor", "Product owner", "Key user", "Billing contact"} <= set(labels)
    spec = AssociationSpec(association_category="USER_DEFINED", association_type_id=type_id)
    put = account.api.crm.associations.v4.basic_api.create
    answer = await account.call(put, "deals", DEAL, "contacts", "90110000014", [spec])
    assert answer.labels == ["Payer"]
    worn = await types_between(account, "deals", DEAL, "contacts")
    assert worn[90110000014] == {3, type_id}
    again = await account.http(
        "POST", "/crm/v4/associations/deals/contacts/labels", {"name": "sponsor", "label": "S"}
    )
    assert again.status_code == 409


async def test_a_removed_label_leaves_the_plain_type(account: Account) -> None:
    definitions = account.api.crm.associations.v4.schema.definitions_api
    known = await account.call(definitions.get_all, "deals", "contacts")
    sponsor = next(one.type_id for one in known.results if one.label == "Sponsor")
    await account.call(definitions.remove, "deals", "contacts", sponsor)
    assert (await types_between(account, "deals", DEAL, "contacts"))[int(CONTACT)] == {3}


async def test_a_type_of_another_pair_is_refused(account: Account) -> None:
    spec = AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=3)
    put = account.api.crm.associations.v4.basic_api.create
    with pytest.raises(ApiException, match="400"):
        await account.call(put, "deals", DEAL, "companies", COMPANY, [spec])


async def test_parting_takes_all_types_and_both_directions(account: Account) -> None:
    part = account.api.crm.associations.v4.basic_api.archive
    await account.call(part, "deals", DEAL, "companies", COMPANY)
    assert await types_between(account, "deals", DEAL, "companies") == {}
    assert await types_between(account, "companies", COMPANY, "deals") == {}


async def test_a_batch_tells_records_without_any_in_a_207(account: Account) -> None:
    asked = Read(inputs=[{"id": DEAL}, {"id": "51230000021"}])
    read = account.api.crm.associations.v4.batch_api.get_page
    answer = await account.call(read, "deals", "line_items", asked)
    assert [one._from.id for one in answer.results] == [DEAL]
    assert len(answer.results[0].to) == 4
    error = answer.errors[0]
    assert error.sub_category == "crm.associations.NO_ASSOCIATIONS_FOUND"
    assert error.context["fromObjectId"] == ["51230000021"]


async def test_batches_join_label_and_part(account: Account) -> None:
    base = "/crm/v4/associations/deals/contacts/batch"
    pair: dict[str, Any] = {"from": {"id": DEAL}, "to": {"id": "90110000014"}}
    joined = await account.http("POST", f"{base}/associate/default", {"inputs": [pair]})
    assert (joined.status_code, len(joined.json()["results"])) == (200, 2)
    spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 3}
    labelled = await account.http("POST", f"{base}/create", {"inputs": [pair | {"types": [spec]}]})
    assert labelled.status_code == 201
    gone = {"inputs": [{"from": {"id": DEAL}, "to": [{"id": "90110000014"}]}]}
    assert (await account.http("POST", f"{base}/archive", gone)).status_code == 204
    assert 90110000014 not in await types_between(account, "deals", DEAL, "contacts")


async def test_an_archived_record_belongs_to_nothing(account: Account) -> None:
    await account.http("DELETE", f"/crm/v3/objects/companies/{COMPANY}")
    assert await types_between(account, "deals", DEAL, "companies") == {}


async def test_both_ends_must_be_there(account: Account) -> None:
    path = f"/crm/v4/objects/deals/{DEAL}/associations/default/contacts/12345"
    assert (await account.http("PUT", path)).status_code == 404
