"""Decimal amounts, rounded half up."""

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")
_CENT = Decimal("0.01")
_UNIT = Decimal("0.0001")
_LARGEST = Decimal(10) ** 15


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)


def units(amount: Decimal) -> Decimal:
    """Four decimals: quantities, and prices under `unitdp=4`."""
    return amount.quantize(_UNIT, ROUND_HALF_UP)


def number(value: object) -> Decimal:
    """The finite Decimal of a JSON value. Raises TypeError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        msg = f"{value!r} is no number"
        raise TypeError(msg)
    found = Decimal(value)
    if not found.is_finite() or abs(found) > _LARGEST:
        msg = f"{value!r} is no amount"
        raise TypeError(msg)
    return found
