"""The properties that HubSpot works out by itself from the others."""

from collections.abc import Mapping
from decimal import Decimal

from testbed.vendors.common.state import Doc, Store

Properties = Mapping[str, str | None]

_CENT = Decimal("0.01")
_SIX_PLACES = Decimal("0.000001")


class Calculations:
    """Knows the stages and the currencies of the account, and what follows from them."""

    def __init__(self, store: Store) -> None:
        self._pipelines = store.collection("pipelines")
        self._account = store.collection("account")
        self._known: dict[str, dict[str, tuple[str, Doc]]] = {}
        self._of = {"deals": self._deal, "line_items": self._line}

    def of(self, kind: str, properties: Properties) -> dict[str, str | None]:
        """What is calculated for a record with these properties."""
        work_out = self._of.get(kind)
        return work_out(properties) if work_out else {}

    def stage(self, kind: str, stage: str | None) -> Doc | None:
        found = self._stages(kind).get(stage or "")
        return found[1] if found else None

    def pipeline_of(self, kind: str, stage: str | None) -> str | None:
        found = self._stages(kind).get(stage or "")
        return found[0] if found else None

    def _stages(self, kind: str) -> dict[str, tuple[str, Doc]]:
        """The stages of a kind with their pipelines; those do not change once they are there."""
        if not self._known.get(kind):
            pipelines = self._pipelines.find(kind=kind)
            self._known[kind] = {s["id"]: (p["id"], s) for p in pipelines for s in p["stages"]}
        return self._known[kind]

    def closes(self, stage: str | None) -> bool:
        found = self.stage("deals", stage)
        return bool(found and found["metadata"]["isClosed"] == "true")

    def _deal(self, properties: Properties) -> dict[str, str | None]:
        stage = self.stage("deals", properties.get("dealstage"))
        probability = stage["metadata"]["probability"] if stage else "0"
        closed = stage is None or stage["metadata"]["isClosed"] == "true"
        won = closed and Decimal(probability) == 1
        return {
            "hs_deal_stage_probability": probability,
            "hs_is_closed": _text(closed and stage is not None),
            "hs_is_closed_won": _text(won),
            "hs_is_closed_lost": _text(closed and not won),
            "amount_in_home_currency": self._home(properties),
        }

    def _home(self, properties: Properties) -> str | None:
        account = self._account.get("details") or {}
        amount, currency = properties.get("amount"), properties.get("deal_currency_code")
        if amount is None or currency in (None, account.get("companyCurrency")):
            return amount
        rate = account.get("rates", {}).get(currency)
        return f"{(Decimal(amount) * Decimal(rate)).quantize(_CENT):f}" if rate else None

    def _line(self, properties: Properties) -> dict[str, str | None]:
        price, quantity = properties.get("price"), properties.get("quantity")
        if price is None or quantity is None:
            return {"amount": None}
        each = Decimal(price) - Decimal(properties.get("discount") or 0)
        percent = Decimal(properties.get("hs_discount_percentage") or 0)
        amount = Decimal(quantity) * each * (100 - percent) / 100 if percent else None
        return {"amount": _plain(Decimal(quantity) * each if amount is None else amount)}


def _plain(amount: Decimal) -> str:
    places = -int(amount.as_tuple().exponent)
    return f"{amount.quantize(_SIX_PLACES).normalize() if places > 6 else amount:f}"


def _text(truth: bool) -> str:
    return "true" if truth else "false"
