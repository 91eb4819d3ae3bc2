"""When an invoice is due: the terms that were agreed, and the days of the seller's calendar."""

import re
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Final, Self

from holidays import HolidayBase, country_holidays
from pydantic import Field

from domain.value import Value

_LONGEST: Final = 365
_FORM: Final = re.compile(
    r"""(?:net\s+)?
    (?P<end>eom|end\s+of\s+month)?
    (?:\s*\+?\s*(?P<days>\d{1,4}))?
    (?:\s*(?P<business>business))?
    (?:\s*days?)?
    (?:\s*[,;]?\s*(?P<convention>following|modified\s+following|preceding))?""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
FORMS: Final = '"30", "EOM+15", "14 business days", or "30 following" to end on a business day'


class BusinessDayConvention(StrEnum):
    """Where a due date goes that is no business day. Modified: never into the next month."""

    NONE = "none"
    FOLLOWING = "following"
    MODIFIED_FOLLOWING = "modified_following"
    PRECEDING = "preceding"


class PaymentTerms(Value):
    """Days from issue, or from the end of its month, to the due date.

    Directive 2011/7/EU counts lateness from the day after the due date.
    """

    days: int = Field(ge=0, le=_LONGEST)
    from_month_end: bool = False
    in_business_days: bool = False
    convention: BusinessDayConvention = BusinessDayConvention.NONE

    def __str__(self) -> str:
        days = f"{self.days} {'business ' if self.in_business_days else ''}days"
        start = "end of month + " if self.from_month_end else ""
        end = "" if self.convention is BusinessDayConvention.NONE else f", {self.convention}"
        return f"{start}{days}{end}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read terms as people write them. Raises ValueError that says how to write them."""
        found = _FORM.fullmatch(" ".join(text.split()))
        if found is None or not (found["end"] or found["days"]):
            raise ValueError(f'"{text}" is no payment term: write it as {FORMS}')
        if (days := int(found["days"] or 0)) > _LONGEST:
            raise ValueError(f'"{text}" is more than {_LONGEST} days')
        convention = re.sub(r"\s+", "_", (found["convention"] or "none").lower())
        return cls(
            days=days,
            from_month_end=bool(found["end"]),
            in_business_days=bool(found["business"]),
            convention=BusinessDayConvention(convention),
        )

    def due_date(self, issued: date, country: str) -> date:
        """The due date of an invoice issued on this day, by the calendar of this country."""
        calendar = _calendar(country)
        base = _month_end(issued) if self.from_month_end else issued
        if self.in_business_days:
            return _business_days_after(base, self.days, calendar)
        return _adjusted(base + timedelta(days=self.days), self.convention, calendar)


def _business_days_after(day: date, days: int, calendar: HolidayBase) -> date:
    return calendar.get_nth_working_day(day, days) if days else day


def _adjusted(day: date, convention: BusinessDayConvention, calendar: HolidayBase) -> date:
    if convention is BusinessDayConvention.NONE or calendar.is_working_day(day):
        return day
    before, after = (calendar.get_nth_working_day(day, step) for step in (-1, 1))
    if convention is BusinessDayConvention.PRECEDING:
        return before
    leaves_month = after.month != day.month
    is_modified = convention is BusinessDayConvention.MODIFIED_FOLLOWING
    return before if is_modified and leaves_month else after


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


@cache
def _calendar(country: str) -> HolidayBase:
    """The public holidays of a country; of one that `holidays` does not know, only weekends."""
    try:
        return country_holidays(country)
    except NotImplementedError:
        return HolidayBase()
