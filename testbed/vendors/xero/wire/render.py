"""Stored documents as they go out: amounts as digits, days and instants as `/Date(ms)/`."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from testbed.vendors.xero.rules.amounts import cents, units
from testbed.vendors.xero.wire.moments import day_in, day_stamp, day_string, iso_string, stamp
from testbed.vendors.xero.wire.text import Digits

_AMOUNTS = frozenset(
    {
        "SubTotal", "TotalTax", "Total", "AmountDue", "AmountPaid", "AmountCredited",
        "LineAmount", "TaxAmount", "Amount", "BankAmount", "RemainingCredit", "AppliedAmount",
        "DiscountAmount", "DiscountRate",
    }
)  # fmt: skip
_PRICES = frozenset({"UnitAmount", "UnitPrice"})
_RATES = frozenset({"CurrencyRate", "Rate", "DisplayTaxRate", "EffectiveRate"})
_DAYS = frozenset(
    {
        "Date", "DueDate", "FullyPaidOnDate", "ExpectedPaymentDate", "PeriodLockDate",
        "EndOfYearLockDate",
    }
)  # fmt: skip
_INSTANTS = frozenset({"UpdatedDateUTC", "CreatedDateUTC", "DateUTC"})


def out(value: Any, unitdp: int = 4) -> Any:  # noqa: ANN401  JSON in, JSON out
    """The same value as the vendor spells it; what has no value is left out."""
    if isinstance(value, dict):
        return {
            name: _field(name, inner, unitdp)
            for name, inner in value.items()
            if inner is not None and not name.startswith("_")
        }
    if isinstance(value, list):
        return [out(inner, unitdp) for inner in value]
    return value


def with_days(doc: dict[str, Any]) -> dict[str, Any]:
    """A stored document with the companion fields that repeat its days readably."""
    more = {f"{name}String": day_string(doc[name]) for name in ("Date", "DueDate") if doc.get(name)}
    return {**doc, **more}


def with_stamp(doc: dict[str, Any]) -> dict[str, Any]:
    """A stored document with the field that repeats readably when it was changed."""
    return {**doc, "UpdatedDateUTCString": iso_string(doc["UpdatedDateUTC"])}


def echoed(value: Any) -> Any:  # noqa: ANN401  JSON in, JSON out
    """What was sent, spelt as an answer; a day that is none is left out."""
    if isinstance(value, list):
        return [echoed(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    shown = {name: echoed(inner) for name, inner in value.items() if inner is not None}
    for name in _DAYS & shown.keys():
        try:
            shown[name] = day_stamp(day_in(shown[name]))
        except ValueError:
            del shown[name]
    return shown


def _field(name: str, value: Any, unitdp: int) -> Any:  # noqa: ANN401
    if isinstance(value, dict | list | bool):
        return out(value, unitdp)
    if name in _PRICES and unitdp != 4:
        return Digits(str(cents(Decimal(value))))
    spell = _SPELLINGS.get(name)
    return spell(value) if spell else value


def plain_rate(rate: Decimal) -> str:
    """A rate without idle zeros, but always with a fraction: `1.0`, `0.853`."""
    text = f"{rate.normalize():f}"
    return text if "." in text else f"{text}.0"


def _digits(value: object) -> Digits:
    return Digits(str(value))


_SPELLINGS: dict[str, Callable[[Any], object]] = {
    **dict.fromkeys(_AMOUNTS | _PRICES, _digits),
    **dict.fromkeys(_RATES, lambda value: Digits(plain_rate(Decimal(value)))),
    **dict.fromkeys(_DAYS, day_stamp),
    **dict.fromkeys(_INSTANTS, stamp),
    "Quantity": lambda value: Digits(str(units(Decimal(value)))),
}
