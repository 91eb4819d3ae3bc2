"""What an hour of work costs the customer and the company, by profile and work date."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import Self

from domain.currency import CurrencyCode
from domain.money import Money
from domain.refusal import Refusal
from domain.value import Value


class JobProfile(Value):
    """What a person works as. An empty seniority or location is a profile of its own."""

    role: str
    seniority: str = ""
    location: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.seniority, self.role, self.location)))


class Rate(Value):
    """Price and cost of an hour, from the first to the last day; without a last day, for good."""

    profile: JobProfile
    valid_from: date
    valid_until: date | None = None
    price: Money
    cost: Money

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day <= (self.valid_until or day)

    def __str__(self) -> str:
        until = self.valid_until or ""
        return f"{self.profile} {self.valid_from}–{until}: {self.price}, cost {self.cost}"


class RateCard(Value):
    """All rates of a company: at most one per profile, currency and day."""

    rates: tuple[Rate, ...] = ()

    @classmethod
    def of(cls, rates: Iterable[Rate]) -> Self:
        """Return the card of these rates. Raises Refusal if periods overlap or end too early."""
        ordered = tuple(sorted(rates, key=_order))
        if problems := list(_problems(ordered)):
            raise Refusal("; ".join(problems))
        return cls(rates=ordered)

    def on(self, day: date) -> tuple[Rate, ...]:
        """Return the rates that are valid on this day."""
        return tuple(rate for rate in self.rates if rate.is_valid_on(day))

    def rate(self, profile: JobProfile, day: date, currency: CurrencyCode) -> Rate:
        """Return the rate of this work date. Raises Refusal if the card has none."""
        for rate in self.on(day):
            if (rate.profile, rate.price.currency) == (profile, currency):
                return rate
        raise Refusal(
            f"the rate card has no rate in {currency} for {profile} on {day}:"
            " add one with `cashward rates import`"
        )


def _order(rate: Rate) -> tuple[str, str, str, str, date]:
    profile = rate.profile
    return (
        *(profile.role, profile.seniority, profile.location),
        *(rate.price.currency, rate.valid_from),
    )


def _problems(ordered: tuple[Rate, ...]) -> Iterator[str]:
    for rate in ordered:
        if rate.valid_until and rate.valid_until < rate.valid_from:
            yield f"{rate.profile} is valid until {rate.valid_until}, before {rate.valid_from}"
        if rate.price.currency != rate.cost.currency:
            yield f"{rate.profile} from {rate.valid_from} has price and cost in two currencies"
        if rate.price.amount < 0 or rate.cost.amount < 0:
            yield f"{rate.profile} from {rate.valid_from} has a negative price or cost"
    for earlier, later in pairwise(ordered):
        is_same = _order(earlier)[:-1] == _order(later)[:-1]
        if is_same and earlier.is_valid_on(later.valid_from):
            yield (
                f"two rates in {later.price.currency} for {later.profile} are valid on"
                f" {later.valid_from}: let the one from {earlier.valid_from} end before that day"
            )
