"""Money that never loses a cent."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Self

from pydantic import ValidationInfo, field_validator

from domain.allocation import allocate
from domain.currency import CurrencyCode, minor_unit
from domain.refusal import Refusal
from domain.value import Value


class CurrencyMismatch(Refusal):
    """Two amounts of one operation have different currencies."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"cannot add {right} to {left}: convert at a document's boundary first")


class Money(Value):
    """An exact amount in one currency, always a whole number of its smallest units."""

    currency: CurrencyCode
    amount: Decimal

    @field_validator("amount")
    @classmethod
    def _whole_minor_units(cls, amount: Decimal, info: ValidationInfo) -> Decimal:
        currency = info.data.get("currency")
        if currency is None:
            return amount
        if not amount.is_finite():
            raise ValueError("an amount of money must be a finite number")
        exact = amount.quantize(minor_unit(currency))
        if exact != amount:
            raise ValueError(
                f"{amount} {currency} has a part smaller than {minor_unit(currency)} {currency}"
            )
        return exact + 0  # -0.00 and 0.00 are the same money

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> Self:
        return cls(currency=currency, amount=Decimal(amount))

    @classmethod
    def rounded(cls, amount: Decimal, currency: str) -> Self:
        """Round to whole minor units; half a unit goes away from zero, as on invoices."""
        return cls(currency=currency, amount=amount.quantize(minor_unit(currency), ROUND_HALF_UP))

    @classmethod
    def zero(cls, currency: str) -> Self:
        return cls(currency=currency, amount=Decimal(0))

    @classmethod
    def total(cls, parts: Iterable[Self], currency: str) -> Self:
        return sum(parts, start=cls.zero(currency))

    def __add__(self, other: Self) -> Self:
        self._same_currency(other)
        return self.__class__(currency=self.currency, amount=self.amount + other.amount)

    def __sub__(self, other: Self) -> Self:
        return self + -other

    def __neg__(self) -> Self:
        return self.__class__(currency=self.currency, amount=-self.amount)

    def __lt__(self, other: Self) -> bool:
        self._same_currency(other)
        return self.amount < other.amount

    def __le__(self, other: Self) -> bool:
        return not other < self

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{self.amount:,} {self.currency}"

    def share(self, percent: Decimal) -> Self:
        """Return this percentage of the amount, rounded to a whole minor unit."""
        return self.__class__.rounded(self.amount * percent / 100, self.currency)

    def allocate(self, weights: Sequence[Decimal]) -> tuple[Self, ...]:
        """Cut into parts by weight that add up exactly, each less than a minor unit from its ideal.

        A credit note mirrors its invoice to the cent.
        """
        parts = allocate(self.amount, weights, minor_unit(self.currency))
        return tuple(self.__class__(currency=self.currency, amount=part) for part in parts)

    def _same_currency(self, other: Self) -> None:
        if other.currency != self.currency:
            raise CurrencyMismatch(self.currency, other.currency)
