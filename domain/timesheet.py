"""Time that the team spent, as the PM has it, and how a company approves it.

Rounding is per entry, up to whole increments, once, at approval; then the price, then the money
(domain.md 4).
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, Self

from pydantic import field_validator

from domain.ids import ExternalId, Subject
from domain.refusal import Refusal
from domain.value import Value

_MINUTES_AN_HOUR: Final = 60
_CENTIHOUR: Final = Decimal("0.01")


class TimeEntry(Value):
    """Minutes of one person on one day, as the PM has them now.

    `work` is the subject of our work package; empty if the time is on none of ours. `person` is
    the PM's id of the person: names stay there, and so does the note on the entry.
    """

    id: ExternalId
    project: ExternalId
    work: Subject = Subject("")
    person: str
    day: date
    minutes: int
    changed_at: datetime
    is_approved: bool = False
    """Whether the PM's own field says so."""


class TimeChanges(Value):
    """What was booked, edited or deleted in a PM; `until` is where the next read begins."""

    entries: tuple[TimeEntry, ...] = ()
    deleted: tuple[ExternalId, ...] = ()
    until: datetime


class TimePolicy(Value):
    """How time is approved: rounded up to whole increments, by itself after some days if set."""

    increment_minutes: int = 15
    approve_after_days: int | None = None
    """Days from the moment that a version came on record; None leaves approval to people."""

    @field_validator("increment_minutes")
    @classmethod
    def _hours_have_two_decimals(cls, minutes: int) -> int:
        """Refuse increments such as 10 minutes: an invoice's 0.17 h is not what was worked."""
        if minutes <= 0 or minutes % 3:
            raise ValueError("must be a multiple of 3 minutes, which is 0.05 h")
        return minutes


class Week(Value):
    """An ISO week, from Monday to Sunday."""

    first: date

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the week of a name such as `2027-W09`. Raises Refusal."""
        try:
            year, week = text.split("-W")
            found = cls(first=date.fromisocalendar(int(year), int(week), 1))
        except ValueError:
            found = None
        if found is None or str(found) != text:
            raise Refusal(f"{text!r} is no week: write it as 2027-W09 (ISO 8601)")
        return found

    @classmethod
    def before(cls, day: date) -> Self:
        """Return the last week that was over before the week of this day."""
        return cls(first=day - timedelta(days=day.weekday() + 7))

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)

    def __str__(self) -> str:
        year, week, _ = self.first.isocalendar()
        return f"{year}-W{week:02}"


def hours_of(minutes: int) -> Decimal:
    """Return minutes as hours of two decimals, exact for the increments that a policy may have."""
    return (Decimal(minutes) / _MINUTES_AN_HOUR).quantize(_CENTIHOUR)


def round_up(minutes: int, increment: int) -> int:
    """Return the least whole number of increments that holds these minutes, in minutes."""
    return -(-minutes // increment) * increment
