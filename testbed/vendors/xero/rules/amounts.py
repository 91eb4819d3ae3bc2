"""Document arithmetic as the vendor does it: tax is rounded on each line, then summed."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
UNIT = Decimal("0.0001")
RATE = Decimal("0.000001")
ZERO = Decimal("0.00")
_HUNDRED = Decimal(100)
_LARGEST = Decimal(10) ** 15


def cents(amount: Decimal) -> Decimal:
    """Two decimals, half up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def units(amount: Decimal) -> Decimal:
    """Four decimals, half up: quantities, and prices under `unitdp=4`."""
    return amount.quantize(UNIT, ROUND_HALF_UP)


def number(value: object) -> Decimal:
    """A finite Decimal of a sane size from what JSON holds; a TypeError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        msg = f"{value!r} is no number"
        raise TypeError(msg)
    found = Decimal(value)
    if not found.is_finite() or abs(found) > _LARGEST:
        msg = f"{value!r} is no amount"
        raise TypeError(msg)
    return found


@dataclass(frozen=True, kw_only=True)
class Line:
    """What a line says before it is priced."""

    quantity: Decimal
    unit_amount: Decimal
    tax_percent: Decimal = ZERO
    tax_amount: Decimal | None = None
    discount_rate: Decimal | None = None
    discount_amount: Decimal | None = None

    @property
    def gross(self) -> Decimal:
        """Quantity times price, before any discount."""
        return cents(self.quantity * self.unit_amount)


@dataclass(frozen=True)
class Priced:
    """A line's two amounts, each already rounded."""

    amount: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Totals:
    """What a document comes to."""

    sub_total: Decimal
    tax: Decimal

    @property
    def total(self) -> Decimal:
        """What the customer owes."""
        return self.sub_total + self.tax

    @property
    def fields(self) -> dict[str, str]:
        """The same as a document keeps it."""
        return {
            "SubTotal": str(self.sub_total),
            "TotalTax": str(self.tax),
            "Total": str(self.total),
        }


def price(line: Line, line_amount_types: str) -> Priced:
    """Price one line; a sent tax amount overrides the computed one."""
    amount = cents(line.quantity * line.unit_amount - _discount(line))
    if line_amount_types == "NoTax":
        return Priced(amount, ZERO)
    if line.tax_amount is not None:
        return Priced(amount, cents(line.tax_amount))
    return Priced(amount, _tax(amount, line.tax_percent, line_amount_types))


def total(lines: Iterable[Priced], line_amount_types: str) -> Totals:
    """Sum the rounded lines."""
    priced = list(lines)
    tax = sum((line.tax for line in priced), ZERO)
    amount = sum((line.amount for line in priced), ZERO)
    return Totals(amount - tax if line_amount_types == "Inclusive" else amount, tax)


def _discount(line: Line) -> Decimal:
    if line.discount_rate is not None:
        return line.quantity * line.unit_amount * line.discount_rate / _HUNDRED
    return line.discount_amount or ZERO


def _tax(amount: Decimal, percent: Decimal, line_amount_types: str) -> Decimal:
    base = _HUNDRED + percent if line_amount_types == "Inclusive" else _HUNDRED
    return cents(amount * percent / base)
