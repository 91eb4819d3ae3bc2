"""Records one at a time, as HubSpot's official client sees them."""

import json

import pytest
from hubspot.crm.companies import PublicMergeInput, SimplePublicObjectInputForCreate
from hubspot.crm.contacts.exceptions import ApiException as ContactRefused
from hubspot.crm.deals import SimplePublicObjectInput
from hubspot.crm.deals import SimplePublicObjectInputForCreate as DealForCreate
from hubspot.crm.deals.exceptions import ApiException, NotFoundException

from tests.testbed.vendors.hubspot.conftest import Account

WAREHOUSE = "51230000017"
TATRA = "31870000041"


async def test_a_deal_is_read_with_what_hangs_on_it(account: Account) -> None:
    read = account.api.crm.deals.basic_api.get_by_id
    deal = await account.call(
        read, WAREHOUSE, properties=["amount", "cashward_key", "no_such"],
        associations=["companies", "contacts", "line_items", "notes"],
    )  # fmt: skip
    assert deal.id == WAREHOUSE
    assert deal.properties["amount"] == "48200.01"
    assert deal.properties["cashward_key"] is None
    assert "no_such" not in deal.properties
    assert set(deal.associations) == {"companies", "contacts", "line items"}
    assert {end.id for end in deal.associations["companies"].results} == {TATRA}
    assert len(deal.associations["companies"].results) == 2
    assert len(deal.associations["line items"].results) == 4


async def test_unasked_a_deal_shows_its_default_set(account: Account) -> None:
    deal = await account.call(account.api.crm.deals.basic_api.get_by_id, WAREHOUSE)
    assert set(deal.properties) == {
        "amount", "closedate", "createdate", "dealname", "dealstage", "hs_lastmodifieddate",
        "hs_object_id", "pipeline",
    }  # fmt: skip


async def test_properties_are_asked_for_repeated_or_with_commas(account: Account) -> None:
    path = f"/crm/v3/objects/deals/{WAREHOUSE}?properties=amount,dealname&properties=pipeline"
    properties = (await account.http("GET", path)).json()["properties"]
    assert {"amount", "dealname", "pipeline"} <= set(properties)


async def test_values_come_back_as_text(account: Account) -> None:
    given = {"name": "Text Ltd", "numberofemployees": 12, "annualrevenue": 90.5, "city": True}
    answer = await account.http("POST", "/crm/v3/objects/companies", {"properties": given})
    assert answer.status_code == 201
    kept = answer.json()["properties"]
    assert kept["numberofemployees"] == "12"
    assert (kept["annualrevenue"], kept["city"]) == ("90.5", "true")


async def test_times_are_taken_in_either_form_and_given_back_as_iso(account: Account) -> None:
    given = {"dealname": "Times", "closedate": "1790000000000", "cashward_start": "1796083200000"}
    body = {"properties": given}
    kept = (await account.http("POST", "/crm/v3/objects/deals", body)).json()["properties"]
    assert kept["closedate"] == "2026-09-21T14:13:20Z"
    assert kept["cashward_start"] == "2026-12-01"


async def test_a_change_leaves_what_it_does_not_name(account: Account) -> None:
    change = SimplePublicObjectInput(properties={"cashward_paid": "12050.00"})
    update = account.api.crm.deals.basic_api.update
    before = await account.call(account.api.crm.deals.basic_api.get_by_id, WAREHOUSE)
    deal = await account.call(update, WAREHOUSE, change)
    assert deal.properties["cashward_paid"] == "12050.00"
    assert deal.properties["amount"] == "48200.01"
    assert deal.updated_at > before.updated_at


async def test_empty_text_clears(account: Account) -> None:
    path = f"/crm/v3/objects/deals/{WAREHOUSE}"
    await account.http("PATCH", path, {"properties": {"cashward_scope": ""}})
    read = (await account.http("GET", f"{path}?properties=cashward_scope")).json()
    assert read["properties"]["cashward_scope"] is None


async def test_every_write_moves_the_time_of_change_strictly(account: Account) -> None:
    path, seen = f"/crm/v3/objects/deals/{WAREHOUSE}", []
    for n in range(20):
        answer = await account.http("PATCH", path, {"properties": {"cashward_billed": n}})
        seen.append(answer.json()["properties"]["hs_lastmodifieddate"])
    assert seen == sorted(set(seen), key=lambda text: text.replace("Z", "").ljust(23, "."))


async def test_a_won_deal_says_so_and_remembers_when(account: Account) -> None:
    change = SimplePublicObjectInput(properties={"dealstage": "closedwon"})
    await account.call(account.api.crm.deals.basic_api.update, WAREHOUSE, change)
    deal = await account.call(
        account.api.crm.deals.basic_api.get_by_id, WAREHOUSE,
        properties=["hs_is_closed_won", "hs_is_closed", "hs_deal_stage_probability"],
        properties_with_history=["dealstage"],
    )  # fmt: skip
    assert deal.properties["hs_is_closed_won"] == "true"
    assert deal.properties["hs_deal_stage_probability"] == "1.0"
    told = deal.properties_with_history["dealstage"]
    assert [entry.value for entry in told] == ["closedwon", "contractsent"]
    assert told[0].timestamp > told[1].timestamp


async def test_a_deal_wins_in_any_pipeline(account: Account) -> None:
    given = {"dealname": "Renewal", "pipeline": "88120001", "dealstage": "88120011"}
    made = await account.http("POST", "/crm/v3/objects/deals", {"properties": given})
    assert made.json()["properties"]["hs_is_closed_won"] == "true"
    assert made.json()["properties"]["closedate"]


async def test_a_stage_brings_its_pipeline_and_strays_into_no_other(account: Account) -> None:
    path = "/crm/v3/objects/deals"
    change = {"properties": {"dealstage": "88120011"}}
    signed = await account.http("PATCH", f"{path}/{WAREHOUSE}", change)
    assert signed.json()["properties"]["pipeline"] == "88120001"
    given = {"dealname": "?", "pipeline": "default", "dealstage": "88120011"}
    strayed = await account.http("POST", path, {"properties": given})
    assert strayed.json()["errors"][0]["code"] == "INVALID_OPTION"


async def test_a_deal_without_a_stage_counts_as_lost(account: Account) -> None:
    made = await account.http("POST", "/crm/v3/objects/deals", {"properties": {"dealname": "?"}})
    told = made.json()["properties"]
    assert (told["hs_is_closed_lost"], told["hs_deal_stage_probability"]) == ("true", "0")


async def test_a_deal_is_made_with_its_company(account: Account) -> None:
    spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 5}
    given = DealForCreate(
        properties={"dealname": "Line 4", "dealstage": "contractsent", "amount": "48200"},
        associations=[{"to": {"id": TATRA}, "types": [spec]}],
    )
    deal = await account.call(account.api.crm.deals.basic_api.create, given)
    assert deal.id.isdigit()
    path = f"/crm/v3/objects/deals/{deal.id}?associations=companies"
    belongs = (await account.http("GET", path)).json()["associations"]["companies"]["results"]
    assert [end["type"] for end in belongs] == ["deal_to_company", "deal_to_company_unlabeled"]


@pytest.mark.parametrize(
    ("target", "type_id"), [("31879999999", 5), (TATRA, 6), (TATRA, 3), ("x", 5)]
)
async def test_a_wrong_association_makes_nothing(
    account: Account, target: str, type_id: int
) -> None:
    spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}
    ends = [{"to": {"id": target}, "types": [spec]}]
    body = {"properties": {"dealname": "Nothing"}, "associations": ends}
    count = len(account.vendor.store.collection("deals"))
    assert (await account.http("POST", "/crm/v3/objects/deals", body)).status_code == 400
    assert len(account.vendor.store.collection("deals")) == count


async def test_all_bad_values_are_named_at_once_and_none_is_kept(account: Account) -> None:
    bad = {"cashward_nope": "1", "hs_is_closed_won": "true", "dealstage": "won", "amount": "much"}
    change = SimplePublicObjectInput(properties={"dealname": "Kept?"} | bad)
    with pytest.raises(ApiException) as refused:
        await account.call(account.api.crm.deals.basic_api.update, WAREHOUSE, change)
    told = json.loads(refused.value.body)
    assert (refused.value.status, told["category"]) == (400, "VALIDATION_ERROR")
    assert {e["context"]["propertyName"][0]: e["code"] for e in told["errors"]} == {
        "cashward_nope": "PROPERTY_DOESNT_EXIST",
        "hs_is_closed_won": "READ_ONLY_VALUE",
        "dealstage": "INVALID_OPTION",
        "amount": "INVALID_INTEGER",
    }
    listed = json.loads(told["message"].partition(": ")[2])
    assert [one["isValid"] for one in listed] == [False] * 4
    deal = await account.call(account.api.crm.deals.basic_api.get_by_id, WAREHOUSE)
    assert deal.properties["dealname"] == "Warehouse system for Tatra Kovo"


async def test_an_archived_record_is_gone_until_it_is_asked_for(account: Account) -> None:
    api = account.api.crm.deals.basic_api
    await account.call(api.archive, WAREHOUSE)
    with pytest.raises(NotFoundException):
        await account.call(api.get_by_id, WAREHOUSE)
    deal = await account.call(api.get_by_id, WAREHOUSE, archived=True)
    assert deal.archived
    assert deal.archived_at
    await account.call(api.archive, WAREHOUSE)


async def test_the_ways_of_not_being_there(account: Account) -> None:
    unknown = await account.http("GET", "/crm/v3/objects/deals/99999999999")
    assert (unknown.status_code, unknown.json()["message"]) == (404, "resource not found")
    assert "category" not in unknown.json()
    word = await account.http("GET", "/crm/v3/objects/deals/abc")
    assert (word.status_code, word.json()["category"]) == (404, "OBJECT_NOT_FOUND")
    nowhere = await account.http("GET", "/crm/v3/nothing")
    assert (nowhere.status_code, nowhere.headers["content-type"][:9]) == (404, "text/html")
    kind = await account.http("GET", "/crm/v3/objects/butterflies")
    assert kind.json()["message"] == "Unable to infer object type from: butterflies"


async def test_a_contact_is_known_by_its_email_in_any_case(account: Account) -> None:
    path = "/crm/v3/objects/contacts/Faktury@tatrakovo.example?idProperty=email"
    assert (await account.http("GET", path)).json()["id"] == "90110000003"


async def test_a_taken_email_is_a_conflict_that_names_the_holder(account: Account) -> None:
    given = {"properties": {"email": "FAKTURY@tatrakovo.example"}}
    with pytest.raises(ContactRefused) as refused:
        await account.call(account.api.crm.contacts.basic_api.create, given)
    told = json.loads(refused.value.body)
    assert (refused.value.status, told["category"]) == (409, "CONFLICT")
    assert told["message"] == "Contact already exists. Existing ID: 90110000003"


async def test_a_domain_is_not_unique_and_names_no_company(account: Account) -> None:
    twin = SimplePublicObjectInputForCreate(properties={"domain": "tatrakovo.example"})
    made = await account.call(account.api.crm.companies.basic_api.create, twin)
    assert made.id != TATRA
    path = "/crm/v3/objects/companies/tatrakovo.example?idProperty=domain"
    assert (await account.http("GET", path)).status_code == 404
    assert (await account.http("PATCH", path, {"properties": {}})).status_code == 400


async def test_a_merge_makes_a_new_record_to_which_both_ids_lead(account: Account) -> None:
    api = account.api.crm.companies.basic_api
    asked = PublicMergeInput(primary_object_id="31870000046", object_id_to_merge="31870000047")
    heir = await account.call(api.merge, asked)
    assert heir.id not in {"31870000046", "31870000047"}
    assert heir.properties["name"] == "Dunajské pekárne s.r.o."
    assert heir.properties["hs_merged_object_ids"] == "31870000046;31870000047"
    for old in ("31870000046", "31870000047"):
        assert (await account.call(api.get_by_id, old)).id == heir.id
    path = "/crm/v3/objects/deals/51230000022?associations=companies"
    belongs = (await account.http("GET", path)).json()["associations"]["companies"]["results"]
    assert {end["id"] for end in belongs} == {heir.id}


async def test_a_line_item_works_out_its_amount(account: Account) -> None:
    async def amount(**given: str) -> str:
        body = {"properties": {"name": "Design"} | given}
        made = await account.http("POST", "/crm/v3/objects/line_items", body)
        return str(made.json()["properties"]["amount"])

    assert await amount(quantity="3", price="120.10") == "360.30"
    assert await amount(quantity="2", price="100.00", discount="10") == "180.00"
    assert await amount(quantity="1", price="99.99", hs_discount_percentage="10") == "89.991"


async def test_lists_are_paged_to_the_end(account: Account) -> None:
    contacts = await account.call(account.api.crm.contacts.get_all)
    assert len(contacts) == 14
    first = (await account.http("GET", "/crm/v3/objects/contacts?limit=5")).json()
    after = first["paging"]["next"]["after"]
    rest = (await account.http("GET", f"/crm/v3/objects/contacts?limit=100&after={after}")).json()
    ids = [r["id"] for r in first["results"] + rest["results"]]
    assert ids == sorted({contact.id for contact in contacts})
    assert (await account.http("GET", "/crm/v3/objects/contacts?limit=101")).status_code == 400


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("notes", {"hs_timestamp": "2026-11-24T09:00:00Z", "hs_note_body": "Project made"}),
        ("tasks", {"hs_timestamp": "1790000000000", "hs_task_subject": "Mend the scope",
                   "hs_task_status": "NOT_STARTED", "hs_task_priority": "HIGH"}),
    ],
)  # fmt: skip
async def test_a_note_or_task_hangs_on_its_deal(
    account: Account, kind: str, given: dict[str, str]
) -> None:
    type_id = {"notes": 214, "tasks": 216}[kind]
    spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}
    ends = [{"to": {"id": WAREHOUSE}, "types": [spec]}]
    api = getattr(account.api.crm.objects, kind).basic_api
    made = await account.call(api.create, {"properties": given, "associations": ends})
    again = await account.call(api.create, {"properties": given, "associations": ends})
    page = account.api.crm.associations.v4.basic_api.get_page
    listed = await account.call(page, "deals", WAREHOUSE, kind)
    assert [str(end.to_object_id) for end in listed.results] == [made.id, again.id]


async def test_a_note_needs_its_time_and_a_task_a_known_status(account: Account) -> None:
    note = await account.http("POST", "/crm/v3/objects/notes", {"properties": {}})
    assert note.status_code == 400
    given = {"hs_timestamp": "1790000000000", "hs_task_status": "DONE"}
    task = await account.http("POST", "/crm/v3/objects/tasks", {"properties": given})
    assert task.json()["errors"][0]["code"] == "INVALID_OPTION"


async def test_a_ticket_goes_through_its_own_pipeline(account: Account) -> None:
    given = {"subject": "Outage", "hs_pipeline": "0", "hs_pipeline_stage": "1"}
    made = await account.call(account.api.crm.tickets.basic_api.create, {"properties": given})
    done = {"properties": {"hs_pipeline_stage": "4"}}
    closed = await account.call(account.api.crm.tickets.basic_api.update, made.id, done)
    assert closed.properties["hs_pipeline_stage"] == "4"


async def test_a_product_is_known_by_its_number(account: Account) -> None:
    path = "/crm/v3/objects/products/DEV-D?idProperty=hs_sku"
    assert (await account.http("GET", path)).json()["properties"]["price"] == "820.00"
    taken = await account.http(
        "POST", "/crm/v3/objects/products", {"properties": {"hs_sku": "TRV"}}
    )
    assert "already has that value" in taken.json()["message"]


async def test_a_property_that_changes_later_tells_when_and_what_it_was_before(
    account: Account,
) -> None:
    path = "/crm/v3/objects/companies"
    made = (
        await account.http("POST", path, {"properties": {"name": "Old", "city": "Nitra"}})
    ).json()
    here = f"{path}/{made['id']}"
    await account.http("PATCH", here, {"properties": {"name": "New", "phone": "1"}})
    told = (await account.http("GET", f"{here}?propertiesWithHistory=name,phone,city")).json()
    history = told["propertiesWithHistory"]
    assert [each["value"] for each in history["name"]] == ["New", "Old"]
    assert history["phone"][0]["timestamp"] == history["name"][0]["timestamp"]
    assert history["city"][0]["timestamp"] == history["name"][1]["timestamp"] == made["createdAt"]
    assert history["name"][0]["timestamp"] > made["createdAt"]
