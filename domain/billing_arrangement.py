"""How a line of a contract is billed: one arrangement per line."""

from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.ids import MilestoneKey
from domain.money import Money
from domain.period import Interval
from domain.refusal import Refusal
from domain.value import Value

_MINUTES_AN_HOUR = 60


class ByMilestone(Value):
    """A part of the fixed price, billed when its milestone is reached.

    `share` is in percent of the fixed price; None if the part was agreed as an amount. Without
    `due` the date is that of the acceptance.
    """

    kind: Literal["milestone"] = "milestone"
    milestone: MilestoneKey
    share: Decimal | None = None
    due: date | None = None


class AgreedRate(Value):
    """The agreed price of an hour of a role, from a day on until the next one of that role."""

    role: str
    price: Money
    valid_from: date


class RoundingMethod(StrEnum):
    """The direction in which booked time is rounded."""

    UP = "up"
    NEAREST = "nearest"
    DOWN = "down"


_METHODS = {
    RoundingMethod.UP: ROUND_CEILING,
    RoundingMethod.NEAREST: ROUND_HALF_UP,
    RoundingMethod.DOWN: ROUND_FLOOR,
}


class TimeRounding(Value):
    """Rounds booked time, per entry, to whole units of so many minutes; half a unit goes up.

    A unit is a multiple of 3 minutes, so that hours have two decimals on an invoice.
    """

    method: RoundingMethod = RoundingMethod.UP
    unit: int = Field(default=15, gt=0, multiple_of=3)

    def hours(self, minutes: int) -> Decimal:
        """Return the billed hours of an entry."""
        units = (Decimal(minutes) / self.unit).quantize(Decimal(1), _METHODS[self.method])
        return units * self.unit / _MINUTES_AN_HOUR


class TimeAndMaterials(Value):
    """Approved hours at the rate of their role on the day of the work.

    All that is billed under the cap, less credits, never exceeds it.
    """

    kind: Literal["time_and_materials"] = "time_and_materials"
    rates: tuple[AgreedRate, ...]
    rounding: TimeRounding = TimeRounding()
    cap: Money | None = None

    def rate(self, role: str, day: date) -> Money:
        """Return the price of an hour. Raises Refusal if none is agreed for that day."""
        known = [rate for rate in self.rates if rate.role == role and rate.valid_from <= day]
        if not known:
            raise Refusal(f"no rate is agreed for {role!r} on {day}: a change order must add one")
        return max(known, key=lambda rate: rate.valid_from).price


class Recurring(Value):
    """A fee per calendar period, in advance or in arrears; a part of a period costs its days."""

    kind: Literal["recurring"] = "recurring"
    fee: Money
    interval: Interval = Interval.MONTH
    in_advance: bool = True
    start: date
    end: date | None = None


class Expenses(Value):
    """Approved costs, with a mark-up in percent."""

    kind: Literal["expense"] = "expense"
    markup: Decimal = Decimal(0)


class Advance(Value):
    """A prepayment, billed on `due`; each part of the fixed price deducts its share of it."""

    kind: Literal["advance"] = "advance"
    share: Decimal | None = None
    due: date | None = None


class Retention(Value):
    """A share in percent that is withheld of each part of the fixed price.

    It is released so many days after the acceptance.
    """

    kind: Literal["retention"] = "retention"
    share: Decimal
    release_days: int = 0


BillingArrangement = Annotated[
    ByMilestone | TimeAndMaterials | Recurring | Expenses | Advance | Retention,
    Field(discriminator="kind"),
]
