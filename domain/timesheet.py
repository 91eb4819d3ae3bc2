"""Time that the team spent, as the PM has it, and how a company approves it.

Rounding is per entry, once, at approval; then the price, then the money (domain.md 4).
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, Self

from domain.billing_arrangement import TimeRounding
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
    """How time is approved: by people, and rounded up to quarters of an hour, by default."""

    rounding: TimeRounding = TimeRounding()
    approve_after_days: int | None = None
    """Days from the moment that a version came on record; None leaves approval to people."""


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
    """Return minutes as hours of two decimals, exact for rounded ones."""
    return (Decimal(minutes) / _MINUTES_AN_HOUR).quantize(_CENTIHOUR)
