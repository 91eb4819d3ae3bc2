"""Plants the account of the seed file into an empty store."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from testbed.vendors.common.clock import Clock
from testbed.vendors.common.state import Doc
from testbed.vendors.hubspot.catalog import definition, options
from testbed.vendors.hubspot.desks.desk import Books
from testbed.vendors.hubspot.kinds import KINDS, Kind
from testbed.vendors.hubspot.records import Source
from testbed.vendors.hubspot.times import iso, to_ms

SEED = Path(__file__).parents[1] / "seed" / "hubspot.json"

_BIRTH = "1970-01-01T00:00:00Z"
_SALES = Source("CRM_UI", "userId:9100123")
_DEAL = KINDS["deals"]
_COMPANY = KINDS["companies"]
_CONTACT = KINDS["contacts"]


class _Then(Clock):
    """Stands still at the time of the seed, so that each planting gives the same account."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self._at = at

    def now(self) -> datetime:
        return self._at


def plant(books: Books) -> None:
    """Make the account: its people, its price list, its customers and its open deals."""
    seed = json.loads(SEED.read_text())
    then = datetime.fromisoformat(seed["at"])
    old = Books(books.store, _Then(then), {})
    _account(old, seed, iso(to_ms(then)))
    old.schema.refresh()
    old.records.reindex_all()
    for product in seed["products"]:
        _make(old, KINDS["products"], product)
    for company in seed["companies"]:
        _make(old, _COMPANY, company)
    for contact in seed["contacts"]:
        _contact(old, contact)
    for deal in seed["deals"]:
        _deal(old, deal, seed["products"])


def _account(books: Books, seed: Doc, at: str) -> None:
    store = books.store
    store.collection("account").put("details", seed["account"])
    for owner in seed["owners"]:
        stamps = {"type": "PERSON", "createdAt": at, "updatedAt": at, "archived": False}
        store.collection("owners").put(owner["id"], owner | stamps)
    for n, pipeline in enumerate(seed["pipelines"]):
        name = f"{pipeline['kind']}:{pipeline['id']}"
        store.collection("pipelines").put(name, _pipeline(pipeline, n))
    for kind, wanted in seed["properties"].items():
        _properties(books, KINDS[kind], wanted)
    for label in seed["labels"]:
        books.links.define(_DEAL, _CONTACT, label)


def _pipeline(pipeline: Doc, order: int) -> Doc:
    stages = [_stage(pipeline["kind"], n, *stage) for n, stage in enumerate(pipeline["stages"])]
    return pipeline | _placed(order) | {"stages": stages}


def _stage(kind: str, order: int, id_: str, label: str, word: str) -> Doc:
    """A stage; its metadata are text, a ticket's say OPEN or CLOSED instead of a probability."""
    closed = "true" if word in {"1.0", "0.0", "CLOSED"} else "false"
    name = "probability" if kind == "deals" else "ticketState"
    metadata = {"isClosed": closed, name: word}
    stage = {"id": id_, "label": label, "metadata": metadata}
    return stage | {"writePermissions": "CRM_PERMISSIONS_ENFORCEMENT"} | _placed(order)


def _placed(order: int) -> Doc:
    stamps = {"createdAt": _BIRTH, "updatedAt": _BIRTH}
    return {"displayOrder": order, "archived": False} | stamps


def _properties(books: Books, kind: Kind, wanted: list[Doc]) -> None:
    group = {"kind": kind.name, "name": "cashward", "label": "Cashward", "displayOrder": -1}
    books.schema.groups.put(f"{kind.name}:cashward", group | {"archived": False})
    for one in wanted:
        named = (one["name"], one["label"], one["type"], one["fieldType"])
        made = definition(*named, groupName="cashward", options=options(one.get("options", [])))
        books.schema.define(kind, made)


def _contact(books: Books, contact: Doc) -> None:
    company = books.records.find(_COMPANY, contact["company"])
    name = company["properties"]["name"] if company else ""
    _make(books, _CONTACT, contact | {"company": name})
    primary = next(t for t in books.links.types(_CONTACT, _COMPANY).values() if t.primary)
    books.links.add((_CONTACT, contact["id"]), (_COMPANY, contact["company"]), [primary])


def _deal(books: Books, deal: Doc, products: list[Doc]) -> None:
    values = {name: deal[name] for name in deal if name not in {"company", "roles", "lines"}}
    for name in ("cashward_billing_plan", "cashward_sla"):
        values[name] = "\n".join(deal.get(name, []))
    _make(books, _DEAL, values | {"pipeline": "default", "dealstage": "contractsent"})
    end = (_DEAL, deal["id"])
    primary = next(t for t in books.links.types(_DEAL, _COMPANY).values() if t.primary)
    books.links.add(end, (_COMPANY, deal["company"]), [primary])
    roles = {t.v3: t for t in books.links.types(_DEAL, _CONTACT).values()}
    for role, contact in deal["roles"].items():
        books.links.add(end, (_CONTACT, contact), [roles[role]])
    for number, line in enumerate(deal["lines"], start=1):
        _line(books, deal, line | {"number": number}, products)


def _line(books: Books, deal: Doc, line: Doc, products: list[Doc]) -> None:
    """A line copies its product; its id continues the number of its deal."""
    product = next(p for p in products if p["hs_sku"] == line["hs_sku"])
    values = {"name": product["name"]} | line
    values |= {"hs_product_id": product["id"], "hs_position_on_quote": values.pop("number")}
    values["hs_line_item_currency_code"] = deal["deal_currency_code"]
    values["id"] = f"277100{deal['id'][-3:]}{line['number']:02d}"
    made = _make(books, KINDS["line_items"], values)
    plain = books.links.plain(KINDS["line_items"], _DEAL)
    if plain:
        books.links.add((KINDS["line_items"], made["id"]), (_DEAL, deal["id"]), [plain])


def _make(books: Books, kind: Kind, given: dict[str, Any]) -> Doc:
    values = books.records.checked(kind, {n: v for n, v in given.items() if n != "id"})
    return books.records.create(kind, values, _SALES, id_=given["id"])
