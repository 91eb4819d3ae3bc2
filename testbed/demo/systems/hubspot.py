"""A salesperson at HubSpot."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from testbed.demo.clients import VendorClient
from testbed.demo.orders import Order
from testbed.demo.systems import Figures, Seen

OBJECTS: Final = "/crm/v3/objects"
_LABELS = "/crm/v4/associations/deals/contacts/labels"
_PRIMARY_COMPANY, _LINE_TO_DEAL = 5, 20
_BATCH = 100
_WATCHED = ["cashward_project", "cashward_stage"]
_FIGURES = ("contracted", "billed", "paid", "outstanding")


class HubspotSales:
    """Companies, contacts, deals and line items over CRM v3."""

    name = "hubspot"

    def __init__(self, client: VendorClient) -> None:
        self._client = client
        self._billing: int | None = None
        self._looking_up = asyncio.Lock()

    async def enter(self, order: Order) -> str:
        company = await self._make("companies", _company(order))
        contact = await self._make("contacts", _contact(order))
        ends = [
            _end(company, "HUBSPOT_DEFINED", _PRIMARY_COMPANY),
            _end(contact, "USER_DEFINED", await self._billing_contact()),
        ]
        deal = await self._make("deals", _deal(order), ends)
        ends = [_end(deal, "HUBSPOT_DEFINED", _LINE_TO_DEAL)]
        lines = [{"properties": line, "associations": ends} for line in _lines(order)]
        await self._client.ask("POST", f"{OBJECTS}/line_items/batch/create", {"inputs": lines})
        return deal

    async def win(self, deal: str, order: Order) -> Decimal:
        body = {"properties": {"dealstage": "closedwon"}}
        won = await self._client.ask("PATCH", f"{OBJECTS}/deals/{deal}", body)
        home = won["properties"].get("amount_in_home_currency")
        return Decimal(home) / order.amount if home else Decimal(1)

    async def look(self, deals: Sequence[str]) -> Mapping[str, Seen]:
        seen = {}
        for start in range(0, len(deals), _BATCH):
            inputs = [{"id": each} for each in deals[start : start + _BATCH]]
            body = {"properties": _WATCHED, "inputs": inputs}
            found = await self._client.ask("POST", f"{OBJECTS}/deals/batch/read", body)
            for record in found["results"]:
                said = record["properties"]
                is_closed = said["cashward_stage"] == "closed"
                seen[record["id"]] = Seen(said["cashward_project"] or "", is_closed)
        return seen

    async def figures(self, deal: str) -> Figures:
        query = {
            "properties": ",".join(("amount", *(f"cashward_{name}" for name in _FIGURES))),
            "propertiesWithHistory": "dealstage,cashward_project",
        }
        record = await self._client.ask("GET", f"{OBJECTS}/deals/{deal}", query=query)
        said, history = record["properties"], record["propertiesWithHistory"]
        won = _first(history.get("dealstage", ()), "closedwon")
        project = _first(history.get("cashward_project", ()))
        return Figures(
            sold=Decimal(said.get("amount") or 0),
            **{name: Decimal(said.get(f"cashward_{name}") or 0) for name in _FIGURES},
            won_to_project=(project - won).total_seconds() if won and project else None,
        )

    def link(self, deal: str) -> str:
        return f"{self._client.url}{OBJECTS}/deals/{deal}"

    async def _billing_contact(self) -> int:
        async with self._looking_up:
            if self._billing is None:
                labels = (await self._client.ask("GET", _LABELS))["results"]
                types = {label["label"]: int(label["typeId"]) for label in labels}
                self._billing = types["Billing contact"]
        return self._billing

    async def _make(
        self, kind: str, properties: Mapping[str, str], ends: Sequence[Mapping[str, object]] = ()
    ) -> str:
        body = {"properties": properties, "associations": list(ends)}
        return str((await self._client.ask("POST", f"{OBJECTS}/{kind}", body))["id"])


def _first(versions: Sequence[Mapping[str, str]], value: str = "") -> datetime | None:
    """Return when a property first had this value, or any."""
    wanted = [v for v in versions if v["value"] and value in ("", v["value"])]
    return min((datetime.fromisoformat(v["timestamp"]) for v in wanted), default=None)


def _end(id: str, category: str, type_id: int) -> dict[str, object]:
    kind = {"associationCategory": category, "associationTypeId": type_id}
    return {"to": {"id": id}, "types": [kind]}


def _company(order: Order) -> dict[str, str]:
    return {
        "name": order.company,
        "domain": order.domain,
        "address": order.street,
        "city": order.city,
        "zip": order.postal_code,
        "country": order.country,
        "cashward_company_id": order.company_id,
        "cashward_vat_id": order.vat_id,
    }


def _contact(order: Order) -> dict[str, str]:
    return {"firstname": "Accounts", "lastname": "Payable", "email": order.billing_email}


def _deal(order: Order) -> dict[str, str]:
    return {
        "dealname": order.name,
        "pipeline": "default",
        "dealstage": "contractsent",
        "amount": str(order.amount),
        "deal_currency_code": order.currency,
        "cashward_scope": order.scope,
        "cashward_template": order.template,
        "cashward_start": order.start.isoformat(),
        "cashward_end": order.end.isoformat(),
        "cashward_payment_terms": order.payment_terms,
        "cashward_tax": order.tax,
        "cashward_billing_plan": order.billing_plan,
        "cashward_sla": order.sla,
    }


def _lines(order: Order) -> list[dict[str, str]]:
    return [
        {
            "name": line.name,
            "hs_sku": line.sku,
            "quantity": str(line.quantity),
            "price": str(line.price),
            "hs_line_item_currency_code": order.currency,
            "cashward_cost_type": line.cost_type,
            "cashward_unit": line.unit,
        }
        for line in order.lines
    ]
