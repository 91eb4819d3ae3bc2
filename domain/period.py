"""Spans of days, and the months within them."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from domain.value import Value


class Interval(StrEnum):
    """How often a fee comes back; intervals are of the calendar."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def months(self) -> int:
        return {Interval.MONTH: 1, Interval.QUARTER: 3, Interval.YEAR: 12}[self]


class Period(Value):
    """A span of days, both ends included."""

    begin: date
    end: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end < self.begin:
            raise ValueError(f"{self.end} is before {self.begin}")
        return self

    @property
    def days(self) -> int:
        return (self.end - self.begin).days + 1

    @classmethod
    def of_day(cls, day: date) -> Self:
        return cls(begin=day, end=day)

    def __str__(self) -> str:
        return f"{self.begin} to {self.end}" if self.begin < self.end else str(self.begin)


def calendar_periods(interval: Interval, begin: date, until: date) -> Iterator[Period]:
    """Yield the whole calendar periods that have a day from `begin` to `until`."""
    first = (begin.month - 1) // interval.months * interval.months + 1
    start = date(begin.year, first, 1)
    while start <= until:
        end = _end(start, interval.months)
        yield Period(begin=start, end=end)
        start = end + timedelta(days=1)


def month_of(day: date) -> Period:
    return next(calendar_periods(Interval.MONTH, day, day))


def _end(start: date, months: int) -> date:
    year, month = divmod(start.month - 1 + months - 1, 12)
    last = monthrange(start.year + year, month + 1)[1]
    return date(start.year + year, month + 1, last)
