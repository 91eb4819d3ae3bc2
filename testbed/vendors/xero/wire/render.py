"""Stored records as answers write them: texts become numbers, days become `/Date(ms)/`."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from testbed.vendors.xero.rules.amounts import cents
from testbed.vendors.xero.wire.dates import day_stamp, iso_string, read_day, stamp

_NUMBERS = frozenset(
    {
        "Amount", "AmountCredited", "AmountDue", "AmountPaid", "AppliedAmount",
        "CurrencyRate", "DisplayTaxRate", "EffectiveRate",
        "LineAmount", "Quantity", "Rate", "RemainingCredit", "SubTotal", "TaxAmount", "Total",
        "TotalTax", "UnitAmount",
    }
)  # fmt: skip
_DAYS = frozenset({"Date", "DueDate", "FullyPaidOnDate", "PeriodLockDate"})
_INSTANTS = frozenset({"UpdatedDateUTC", "CreatedDateUTC"})


def render(value: Any, unitdp: int = 4) -> Any:  # noqa: ANN401  JSON in, JSON out
    """The value as Xero spells it, without private fields and without null."""
    if isinstance(value, dict):
        return {
            name: _field(name, inner, unitdp)
            for name, inner in value.items()
            if inner is not None and not name.startswith("_")
        }
    return [render(inner, unitdp) for inner in value] if isinstance(value, list) else value


def with_strings(doc: dict[str, Any]) -> dict[str, Any]:
    """The record with the companion fields that repeat its dates in ISO."""
    days = {
        f"{name}String": f"{doc[name]}T00:00:00" for name in ("Date", "DueDate") if doc.get(name)
    }
    return {**doc, **days, "UpdatedDateUTCString": iso_string(doc["UpdatedDateUTC"])}


def echo(value: Any) -> Any:  # noqa: ANN401  JSON in, JSON out
    """The sent value as a refusal repeats it; a day that is none is left out."""
    if isinstance(value, list):
        return [echo(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    shown = {name: echo(inner) for name, inner in value.items() if inner is not None}
    for name in _DAYS & shown.keys():
        try:
            shown[name] = day_stamp(read_day(shown[name]))
        except ValueError:
            del shown[name]
    return shown


def _field(name: str, value: Any, unitdp: int) -> Any:  # noqa: ANN401
    if isinstance(value, dict | list | bool):
        return render(value, unitdp)
    if name == "UnitAmount" and unitdp != 4:
        return cents(Decimal(value))
    spell = _SPELLINGS.get(name)
    return spell(value) if spell else value


_SPELLINGS: dict[str, Callable[[Any], object]] = {
    **dict.fromkeys(_NUMBERS, Decimal),
    **dict.fromkeys(_DAYS, day_stamp),
    **dict.fromkeys(_INSTANTS, stamp),
}
