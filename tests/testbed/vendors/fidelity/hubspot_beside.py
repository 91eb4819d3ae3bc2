"""Calls of HubSpot's server that our connector does not make: of sales, set-up, and tests."""

from typing import Any

from tests.contracts.hubspot import LABELS, OBJECTS, HubspotHarness

DEALS, COMPANIES = f"{OBJECTS}/deals", f"{OBJECTS}/companies"
PROPERTIES = "/crm/v3/properties/companies"
DEAL, COMPANY, OTHER, NOBODY = "51230000017", "31870000041", "31870000042", "51"
_FIELD = {
    "name": "own_key",
    "label": "Key",
    "type": "string",
    "fieldType": "text",
    "groupName": "own",
}


async def call_the_rest(crm: HubspotHarness) -> None:
    await _records(crm)
    await _batches(crm)
    await _associations(crm)
    await _definitions(crm)


async def _records(crm: HubspotHarness) -> None:
    history = "propertiesWithHistory=dealstage&associations=companies,contacts,line_items"
    await crm.write("GET", f"{DEALS}/{DEAL}?{history}")
    await crm.write("GET", f"{DEALS}?limit=1&associations=companies")
    made = await crm.write("POST", COMPANIES, {"properties": {"name": "Merged"}})
    pair = {"primaryObjectId": COMPANY, "objectIdToMerge": made["id"]}
    await crm.write("POST", f"{COMPANIES}/merge", pair)
    await crm.write("DELETE", f"{OBJECTS}/contacts/90110000001")


async def _batches(crm: HubspotHarness) -> None:
    read = {"properties": ["dealname"], "propertiesWithHistory": ["dealstage"]}
    await _batch(crm, f"{DEALS}/batch/read", {"id": DEAL}, {"id": NOBODY}, **read)
    deals = [{"properties": {"dealname": name}} for name in ("One", "Two")]
    made = await _batch(crm, f"{DEALS}/batch/create", *deals)
    changes = [{"id": each["id"], "properties": {"amount": "1"}} for each in made["results"]]
    await _batch(crm, f"{DEALS}/batch/update", *changes)
    contact = {"properties": {"email": "n@a.example"}}
    for _ in range(2):
        await _batch(crm, f"{OBJECTS}/contacts/batch/create", contact)


async def _associations(crm: HubspotHarness) -> None:
    companies = f"/crm/v4/objects/deals/{DEAL}/associations/companies"
    await crm.write("PUT", f"{companies.replace('companies', 'default/companies')}/{OTHER}")
    await crm.write("GET", f"{companies}?limit=1")
    await crm.write("DELETE", f"{companies}/{OTHER}")
    label = {"name": "payer", "label": "Payer"}
    made = (await crm.write("POST", LABELS, label))["results"][0]
    await crm.client.post(LABELS, json=label)
    await crm.write("DELETE", f"{LABELS}/{made['typeId']}")


async def _definitions(crm: HubspotHarness) -> None:
    group = {"name": "own", "label": "Own", "displayOrder": -1}
    await crm.write("POST", f"{PROPERTIES}/groups", group)
    for _ in range(2):
        await _batch(crm, f"{PROPERTIES}/batch/create", _FIELD)
    await crm.write("GET", f"{PROPERTIES}/own_key")
    await crm.client.get(f"{PROPERTIES}/no_such")
    await crm.write("PATCH", f"{PROPERTIES}/own_key", {"label": "Our key"})
    await crm.write("DELETE", f"{PROPERTIES}/own_key")


async def _batch(crm: HubspotHarness, path: str, *inputs: Any, **more: Any) -> Any:
    answer = await crm.client.post(path, json={"inputs": list(inputs), **more})
    return answer.json() if answer.content else None
