"""The properties that HubSpot calculates from others."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property

from testbed.vendors.common.state import Doc, Store

Properties = Mapping[str, str | None]

_CENT = Decimal("0.01")


class Calculations:
    """Knows the deal stages and the currencies of the account, which never change."""

    def __init__(self, store: Store) -> None:
        self._pipelines = store.collection("pipelines")
        self._account = store.collection("account")

    def of(self, type_name: str, properties: Properties) -> dict[str, str | None]:
        """What is calculated for a record with these properties."""
        match type_name:
            case "deals":
                return {"amount_in_home_currency": self._home(properties)}
            case "line_items":
                return _line_item(properties)
            case _:
                return {}

    def pipeline_of(self, stage: str | None) -> str | None:
        found = self._stages.get(stage or "")
        return found[0] if found else None

    def closes(self, stage: str | None) -> bool:
        found = self._stages.get(stage or "")
        return bool(found and found[1]["metadata"]["isClosed"] == "true")

    @cached_property
    def _stages(self) -> dict[str, tuple[str, Doc]]:
        pipelines = self._pipelines.values()
        return {s["id"]: (p["id"], s) for p in pipelines for s in p["stages"]}

    def _home(self, properties: Properties) -> str | None:
        account = self._account.get("details") or {}
        amount, currency = properties.get("amount"), properties.get("deal_currency_code")
        if amount is None or currency in (None, account.get("companyCurrency")):
            return amount
        rate = account.get("rates", {}).get(currency)
        return f"{(Decimal(amount) * Decimal(rate)).quantize(_CENT):f}" if rate else None


def _line_item(properties: Properties) -> dict[str, str | None]:
    price, quantity = properties.get("price"), properties.get("quantity")
    if price is None or quantity is None:
        return {"amount": None}
    return {"amount": f"{Decimal(quantity) * Decimal(price) - _discount(properties):f}"}


def _discount(properties: Properties) -> Decimal:
    """Return the reduction of the whole line: a unit discount, or a percentage of the price."""
    price, quantity = Decimal(properties["price"] or 0), Decimal(properties["quantity"] or 0)
    if percentage := properties.get("hs_discount_percentage"):
        return (price * quantity * Decimal(percentage) / 100).quantize(_CENT)
    return Decimal(properties.get("discount") or 0) * quantity
