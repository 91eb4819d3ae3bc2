"""What HubSpot's sandbox serves beside what our connector asks for: every call once."""

from typing import Any

from tests.contracts.hubspot import HubspotBench

OBJECTS = "/crm/v3/objects"
DEALS, COMPANIES = f"{OBJECTS}/deals", f"{OBJECTS}/companies"
PAIR = "/crm/v4/associations/deals/contacts"
PROPERTIES = "/crm/v3/properties/companies"
DEAL, COMPANY, CONTACT, NOBODY = "51230000017", "31870000041", "90110000014", "51"
_PLAIN = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 3}]

_FIELD = {
    "name": "own_key",
    "label": "Key",
    "type": "string",
    "fieldType": "text",
    "groupName": "own",
    "hasUniqueValue": True,
}


async def visit(crm: HubspotBench) -> None:
    await _account(crm)
    await _records(crm)
    await _batches(crm)
    await _associations(crm)
    await _labels(crm)
    await _definitions(crm)
    await crm.write("DELETE", "/oauth/v1/refresh-tokens/na1-refresh-demo")


async def _account(crm: HubspotBench) -> None:
    owners = (await crm.write("GET", "/crm/v3/owners/"))["results"]
    await crm.write("GET", f"/crm/v3/owners/{owners[0]['id']}")
    await crm.write("GET", "/crm/v3/owners/?limit=1")
    for path in ("", "/default", "/default/stages", "/default/stages/closedwon"):
        await crm.write("GET", f"/crm/v3/pipelines/deals{path}")
    app = {"client_id": "cashward-hubspot", "client_secret": "hubspot-demo-secret"}
    form = {"grant_type": "refresh_token", "refresh_token": "na1-refresh-demo", **app}
    token = (await crm.hands.post("/oauth/v1/token", data=form)).raise_for_status().json()
    await crm.write("GET", f"/oauth/v1/access-tokens/{token['access_token']}")
    await crm.write("GET", f"/oauth/v1/refresh-tokens/{token['refresh_token']}")


async def _records(crm: HubspotBench) -> None:
    history = "propertiesWithHistory=dealstage&associations=companies,contacts,line_items"
    await crm.write("GET", f"{DEALS}/{DEAL}?{history}")
    await crm.write("GET", f"{DEALS}?limit=1&associations=companies")
    search = {"query": "a", "limit": 1, "sorts": ["dealname"], "properties": ["dealname"]}
    await crm.write("POST", f"{DEALS}/search", search)
    for kind in ("notes", "products", "tickets", "quotes"):
        await crm.write("GET", f"{OBJECTS}/{kind}")
    made = await crm.write("POST", COMPANIES, {"properties": {"name": "Merged"}})
    pair = {"primaryObjectId": COMPANY, "objectIdToMerge": made["id"]}
    await crm.write("POST", f"{COMPANIES}/merge", pair)
    await crm.write("DELETE", f"{DEALS}/51230000018")
    await crm.write("GET", f"{DEALS}/51230000018?archived=true")


async def _batches(crm: HubspotBench) -> None:
    read = {"properties": ["dealname"], "propertiesWithHistory": ["dealstage"]}
    await _batch(crm, f"{DEALS}/batch/read", {"id": DEAL}, {"id": NOBODY}, **read)
    deals = [{"properties": {"dealname": name}} for name in ("One", "Two")]
    made = await _batch(crm, f"{DEALS}/batch/create", *deals)
    ids = [{"id": each["id"]} for each in made["results"]]
    changes = [{**each, "properties": {"amount": "1"}} for each in (*ids, {"id": NOBODY})]
    await _batch(crm, f"{DEALS}/batch/update", *changes)
    await _batch(crm, f"{DEALS}/batch/archive", *ids)
    await _batch(crm, f"{OBJECTS}/contacts/batch/create", *map(_contact, ("n@a.example",) * 2))


def _contact(email: str) -> dict[str, Any]:
    return {"properties": {"email": email}}


async def _associations(crm: HubspotBench) -> None:
    joined = f"/crm/v4/objects/deals/{DEAL}/associations"
    await crm.write("PUT", f"{joined}/default/contacts/{CONTACT}")
    (await crm.hands.put(f"{joined}/contacts/{CONTACT}", json=_PLAIN)).raise_for_status()
    await crm.write("GET", f"{joined}/contacts?limit=1")
    pair = {"from": {"id": DEAL}, "to": {"id": CONTACT}}
    parting = {"from": {"id": DEAL}, "to": [{"id": CONTACT}]}
    await _batch(crm, f"{PAIR}/batch/read", {"id": DEAL}, {"id": "51230000021"})
    await _batch(crm, f"{PAIR}/batch/associate/default", pair)
    await _batch(crm, f"{PAIR}/batch/create", pair | {"types": _PLAIN})
    await _batch(crm, f"{PAIR}/batch/labels/archive", pair | {"types": _PLAIN})
    await _batch(crm, f"{PAIR}/batch/archive", parting)
    await crm.write("DELETE", f"{joined}/contacts/{CONTACT}")


async def _labels(crm: HubspotBench) -> None:
    label = {"name": "cashward_payer", "label": "Payer", "inverseLabel": "Payer for"}
    made = (await crm.write("POST", f"{PAIR}/labels", label))["results"][0]
    await crm.hands.post(f"{PAIR}/labels", json=label)
    renamed = {"associationTypeId": made["typeId"], "label": "Pays"}
    await crm.write("PUT", f"{PAIR}/labels", renamed)
    await crm.write("DELETE", f"{PAIR}/labels/{made['typeId']}")


async def _definitions(crm: HubspotBench) -> None:
    group = {"name": "own", "label": "Own", "displayOrder": -1}
    await crm.write("POST", f"{PROPERTIES}/groups", group)
    await crm.write("GET", f"{PROPERTIES}/groups/own")
    await crm.write("PATCH", f"{PROPERTIES}/groups/own", {"label": "Ours"})
    await crm.write("POST", PROPERTIES, _FIELD)
    await crm.hands.post(PROPERTIES, json=_FIELD)
    await _batch(crm, f"{PROPERTIES}/batch/create", _FIELD)
    await crm.write("GET", f"{PROPERTIES}/own_key")
    await crm.hands.get(f"{PROPERTIES}/no_such")
    await crm.write("PATCH", f"{PROPERTIES}/own_key", {"label": "Our key"})
    await _batch(crm, f"{PROPERTIES}/batch/read", {"name": "own_key"}, archived=False)
    one = {"id": "k1", "idProperty": "own_key", "properties": {"own_key": "k1", "name": "K"}}
    await _batch(crm, f"{COMPANIES}/batch/upsert", one)
    await crm.write("DELETE", f"{PROPERTIES}/own_key")


async def _batch(crm: HubspotBench, path: str, *inputs: Any, **more: Any) -> Any:
    answer = await crm.hands.post(path, json={"inputs": list(inputs), **more})
    return answer.json() if answer.content else None
