"""A salesperson at BottleCRM."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any, Final

import httpx

from testbed.demo.clients import TIMEOUT, VendorClient
from testbed.demo.orders import Order
from testbed.demo.systems import Figures, Seen
from testbed.systems.common.system import Place

_COUNTRIES = {"Slovakia": "SK", "Czechia": "CZ"}
_HOME: Final = "EUR"
_RATES = {"EUR": Decimal(1), "CZK": Decimal("0.04")}  # BottleCRM keeps no rates; ours are round
_FIGURES = ("contracted", "billed", "paid", "outstanding")


class BottlecrmSales:
    """Accounts, contacts, opportunities and their line items over BottleCRM's REST API."""

    name = "bottlecrm"

    def __init__(self, client: VendorClient) -> None:
        self._client = client

    async def enter(self, order: Order) -> str:
        account = await self._make("accounts", _account(order))
        contact = await self._make("contacts", {**_contact(order), "account": account})
        ends = {"account": account, "contacts": [contact]}
        deal = await self._make("opportunities", {**_deal(order), **ends})
        for line in _lines(order):
            await self._client.ask("POST", f"/api/opportunities/{deal}/line-items/", line)
        return deal

    async def win(self, deal: str, order: Order) -> Decimal:
        body = {"column_id": "CLOSED_WON"}
        await self._client.ask("PATCH", f"/api/opportunities/{deal}/move/", body)
        return _RATES[order.currency]

    async def look(self, deals: Sequence[str]) -> Mapping[str, Seen]:
        found = await asyncio.gather(*(self._read(deal) for deal in deals))
        return {deal: _seen(record) for deal, record in zip(deals, found, strict=True)}

    async def figures(self, deal: str) -> Figures:
        record = await self._read(deal)
        said = record["custom_fields"]
        return Figures(
            sold=Decimal(record["amount"]),
            **{name: Decimal(said.get(f"cashward_{name}") or 0) for name in _FIGURES},
            won_to_project=None,  # it keeps no history of a field
        )

    def link(self, deal: str) -> str:
        return f"{self._client.url}/api/opportunities/{deal}/"

    async def _read(self, deal: str) -> dict[str, Any]:
        page = await self._client.ask("GET", f"/api/opportunities/{deal}/")
        record: dict[str, Any] = page["opportunity_obj"]
        return record

    async def _make(self, kind: str, body: Mapping[str, object]) -> str:
        return str((await self._client.ask("POST", f"/api/{kind}/", body))["id"])


@asynccontextmanager
async def open_bottlecrm(place: Place) -> AsyncIterator[BottlecrmSales]:
    """Open BottleCRM with the salesperson's client."""
    token = {"Authorization": f"Bearer {place.credentials['sales_token']}"}
    async with httpx.AsyncClient(base_url=place.url, headers=token, timeout=TIMEOUT) as http:
        yield BottlecrmSales(VendorClient("bottlecrm", http))


def _seen(record: Mapping[str, Any]) -> Seen:
    said = record["custom_fields"]
    return Seen(said.get("cashward_project") or "", said.get("cashward_stage") == "closed")


def _account(order: Order) -> dict[str, object]:
    ids = {"cashward_company_id": order.company_id, "cashward_vat_id": order.vat_id}
    return {
        "name": order.company,
        "website": f"https://{order.domain}",
        "address_line": order.street,
        "city": order.city,
        "postcode": order.postal_code,
        "country": _COUNTRIES[order.country],
        "custom_fields": {name: value for name, value in ids.items() if value},
    }


def _contact(order: Order) -> dict[str, object]:
    return {
        "first_name": "Accounts",
        "last_name": "Payable",
        "email": order.billing_email,
        "custom_fields": {"cashward_billing_contact": True},
    }


def _deal(order: Order) -> dict[str, object]:
    ours = {
        "cashward_scope": order.scope,
        "cashward_template": order.template,
        "cashward_start": order.start.isoformat(),
        "cashward_end": order.end.isoformat(),
        "cashward_payment_terms": order.payment_terms,
        "cashward_tax": order.tax,
        "cashward_billing_plan": order.billing_plan,
        "cashward_sla": order.sla,
    }
    if order.currency != _HOME:
        ours["cashward_currency"] = order.currency  # BottleCRM has no crowns
    return {
        "name": order.name,
        "environment": "NEGOTIATION",
        "amount": str(order.amount),
        "currency": order.currency if order.currency == _HOME else None,
        "probability": 80,
        "custom_fields": {name: value for name, value in ours.items() if value},
    }


def _lines(order: Order) -> list[dict[str, object]]:
    return [
        {
            "name": line.name,
            "description": f"[{line.cost_type}; {line.unit}; {line.sku}]",
            "quantity": str(line.quantity),
            "unit_price": str(line.price),
        }
        for line in order.lines
    ]
