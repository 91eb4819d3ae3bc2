"""Fills an empty store with the account of the seed file."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from testbed.vendors.common.clock import Clock
from testbed.vendors.common.state import Doc, Store
from testbed.vendors.hubspot.handlers.handler import Account
from testbed.vendors.hubspot.object_types import (
    COMPANIES,
    CONTACTS,
    DEALS,
    LINE_ITEMS,
    OBJECT_TYPES,
    ObjectType,
)
from testbed.vendors.hubspot.property_definitions import definition, options
from testbed.vendors.hubspot.records import Source

SEED = Path(__file__).parents[1] / "seed" / "hubspot.json"

_SALES = Source("CRM_UI", "userId:9100123")
_PLACED = {"archived": False, "createdAt": "1970-01-01T00:00:00Z"}
_PLACED |= {"updatedAt": "1970-01-01T00:00:00Z"}


class _SeedClock(Clock):
    """Stands still, so that each seeding gives the same account."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self._at = at

    def now(self) -> datetime:
        return self._at


def seed(store: Store) -> None:
    """Create the account: its people, its schema, its customers and its open deals."""
    given = json.loads(SEED.read_text())
    account = Account(store, _SeedClock(datetime.fromisoformat(given["at"])))
    store.collection("account").put("details", given["account"])
    for owner in given["owners"]:
        store.collection("owners").put(owner["id"], owner)
    for number, pipeline in enumerate(given["pipelines"]):
        store.collection("pipelines").put(pipeline["id"], _pipeline(pipeline, number))
    for name, wanted in given["properties"].items():
        _define(account, OBJECT_TYPES[name], wanted)
    for label in given["labels"]:
        account.associations.define_label(DEALS, CONTACTS, label["name"], label["label"])
    account.schema.refresh()
    for company in given["companies"]:
        _create(account, COMPANIES, company)
    for contact in given["contacts"]:
        _create_contact(account, contact)
    for deal in given["deals"]:
        _create_deal(account, deal)


def _pipeline(pipeline: Doc, order: int) -> Doc:
    stages = [_stage(number, *stage) for number, stage in enumerate(pipeline["stages"])]
    return pipeline | _PLACED | {"displayOrder": order, "stages": stages}


def _stage(order: int, id_: str, label: str, probability: str) -> Doc:
    """A stage; its metadata are text."""
    is_closed = "true" if probability in {"1.0", "0.0"} else "false"
    metadata = {"isClosed": is_closed, "probability": probability}
    stage = {"id": id_, "label": label, "displayOrder": order, "metadata": metadata}
    return stage | {"writePermissions": "CRM_PERMISSIONS_ENFORCEMENT"} | _PLACED


def _define(account: Account, type_: ObjectType, wanted: list[Doc]) -> None:
    group = {"name": "cashward", "label": "Cashward", "displayOrder": -1, "archived": False}
    account.schema.groups.put(f"{type_.name}:cashward", group | {"objectType": type_.name})
    for one in wanted:
        choices = {value: value for value in one.get("options", ())}
        named = (one["name"], one["label"], one["type"], one["fieldType"])
        made = definition(*named, groupName="cashward", options=options(choices))
        account.schema.define(type_, made)


def _create_contact(account: Account, contact: Doc) -> None:
    company = (COMPANIES, contact["company"])
    _create(account, CONTACTS, {n: v for n, v in contact.items() if n != "company"})
    primary = account.associations.primary(CONTACTS, COMPANIES)
    account.associations.add((CONTACTS, contact["id"]), company, [primary])


def _create_deal(account: Account, deal: Doc) -> None:
    values = {n: v for n, v in deal.items() if n not in {"company", "roles", "lines"}}
    for name in ("cashward_billing_plan", "cashward_sla"):
        values[name] = "\n".join(deal.get(name, []))
    _create(account, DEALS, values | {"pipeline": "default", "dealstage": "contractsent"})
    end, associations = (DEALS, deal["id"]), account.associations
    associations.add(end, (COMPANIES, deal["company"]), [associations.primary(DEALS, COMPANIES)])
    roles = {each.name: each for each in associations.types(DEALS, CONTACTS).values()}
    for role, contact in deal["roles"].items():
        associations.add(end, (CONTACTS, contact), [roles[role]])
    for number, line in enumerate(deal["lines"], start=1):
        id_ = f"277100{deal['id'][-3:]}{number:02d}"
        currency = {"hs_line_item_currency_code": deal["deal_currency_code"]}
        _create(account, LINE_ITEMS, {"id": id_, **line, **currency})
        associations.add((LINE_ITEMS, id_), end, [associations.default(LINE_ITEMS, DEALS)])


def _create(account: Account, type_: ObjectType, given: Mapping[str, str]) -> None:
    values = account.records.checked(type_, {n: v for n, v in given.items() if n != "id"})
    account.records.create(type_, values, _SALES, id_=given["id"])
