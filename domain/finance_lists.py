"""Finance's lists over all deals: what customers owe, and what is not billed yet."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from domain.charge import ChargeState
from domain.ids import ChargeId, CustomerKey, DealId, Subject
from domain.money import Money
from domain.value import Value

T = TypeVar("T")


class Age(StrEnum):
    """How long an invoice is overdue, in days; it is overdue from the day after it was due."""

    NOT_DUE = "not due"
    TO_30 = "1-30"
    TO_60 = "31-60"
    TO_90 = "61-90"
    OVER_90 = "over 90"

    @classmethod
    def at(cls, due_on: date | None, today: date) -> "Age":
        days = (today - due_on).days if due_on else 0
        bounds = {0: cls.NOT_DUE, 30: cls.TO_30, 60: cls.TO_60, 90: cls.TO_90}
        return next((age for bound, age in bounds.items() if days <= bound), cls.OVER_90)


class Receivable(Value):
    """An issued invoice of which something is outstanding. All amounts include VAT."""

    deal: DealId
    customer: CustomerKey
    bill: Subject
    number: str
    issued_on: date | None
    due_on: date | None
    gross: Money
    paid: Money
    credited: Money
    outstanding: Money
    age: Age
    url: str


class UnbilledCharge(Value):
    """A charge of an open deal that is not on an issued invoice: where it stands, and why."""

    deal: DealId
    customer: CustomerKey
    charge: ChargeId
    description: str
    net: Money
    due: date | None
    state: ChargeState
    reason: str
    responsible: str
    since: datetime


class Subtotal(Value):
    """The sum of the amounts of one currency and group, such as an age or a state."""

    group: str
    total: Money
    count: int


def subtotals(
    rows: Iterable[T], *, group: Callable[[T], str], amount: Callable[[T], Money]
) -> Sequence[Subtotal]:
    """Sum up by currency and group, in the order in which these first come."""
    found: dict[tuple[str, str], list[Money]] = {}
    for row in rows:
        found.setdefault((amount(row).currency, group(row)), []).append(amount(row))
    return [
        Subtotal(group=of, total=Money.total(amounts, currency), count=len(amounts))
        for (currency, of), amounts in found.items()
    ]
