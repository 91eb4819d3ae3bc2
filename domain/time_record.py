"""Time entries on record: every version of them, and how each is approved, billed, corrected.

Booked minutes and billed minutes are both kept; nothing is rounded or priced twice.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, Self

from domain.billing_arrangement import TimeRounding
from domain.currency import CurrencyCode
from domain.ids import DealId, ExternalId, Subject
from domain.money import Money
from domain.rate_card import JobProfile, RateCard
from domain.refusal import Refusal
from domain.templates import Staffing
from domain.timesheet import TimeEntry, TimePolicy, hours_of
from domain.value import Value

_MINUTES_AN_HOUR: Final = 60


class TimeState(StrEnum):
    """The state of one version of a time entry."""

    BOOKED = "booked"
    """It waits for approval."""
    APPROVED = "approved"
    """It is rounded and priced, and waits to be billed."""
    BILLED = "billed"
    ADJUSTED = "adjusted"
    """It was billed, and a later version was billed for the difference."""
    REPLACED = "replaced"
    """Another version took its place before it was billed."""
    DELETED = "deleted"
    """It was deleted in the PM before it was billed."""


class ApprovedTime(Value):
    """Minutes as they are billed, and their price. `price` is of an hour on the work date."""

    profile: JobProfile
    rounding: TimeRounding
    minutes: int
    price: Money
    net: Money
    approved_at: datetime


class TimeVersion(Value):
    """One version of a time entry. A deleted one has no minutes."""

    version: int
    package: str
    person: str
    day: date
    minutes: int
    changed_at: datetime
    recorded_at: datetime
    is_approved_in_pm: bool = False
    is_deleted: bool = False
    state: TimeState = TimeState.BOOKED
    since: datetime
    """When it came into this state."""
    adjusts: int | None = None
    """The billed version that this one corrects."""
    approved: ApprovedTime | None = None
    bill: Subject = Subject("")

    def says_the_same(self, other: Self) -> bool:
        """Whether both would be billed alike; a change of the note is no change."""
        names = ("package", "person", "day", "minutes", "is_deleted")
        return all(getattr(self, name) == getattr(other, name) for name in names)

    def enter(self, state: TimeState, *, now: datetime) -> Self:
        return self.model_copy(update={"state": state, "since": now})


class TimeKey(Value):
    """The account of a PM, the entry's id there, and the deal that the time was booked on.

    An entry that moves to another deal's project is deleted in one and booked in the other.
    """

    system: str
    tenant: str
    entry: ExternalId
    deal: DealId


class BillableTime(Value):
    """Approved time that is not billed: of an adjustment the difference, which may be negative."""

    key: TimeKey
    version: int
    package: str
    day: date
    profile: JobProfile
    minutes: int
    price: Money
    net: Money

    @property
    def hours(self) -> Decimal:
        return hours_of(self.minutes)


class TimeRecord(Value):
    """All versions of one time entry on record, oldest first. Each change returns a new record."""

    key: TimeKey
    versions: tuple[TimeVersion, ...] = ()

    @property
    def open(self) -> TimeVersion | None:
        """The version that waits for approval or for its bill."""
        return self._in(TimeState.BOOKED, TimeState.APPROVED)

    @property
    def billed(self) -> TimeVersion | None:
        return self._in(TimeState.BILLED)

    @property
    def current(self) -> TimeVersion | None:
        """The version that says what the PM has."""
        return self.open or self.billed or (self.versions[-1] if self.versions else None)

    @property
    def billable(self) -> BillableTime | None:
        """What is approved and not billed yet."""
        version, before = self.open, self.billed
        if version is None or version.approved is None:
            return None
        approved, less = version.approved, before.approved if before else None
        return BillableTime(
            key=self.key,
            version=version.version,
            package=version.package,
            day=version.day,
            profile=approved.profile,
            minutes=approved.minutes - (less.minutes if less else 0),
            price=approved.price,
            net=approved.net - less.net if less else approved.net,
        )

    def book(self, entry: TimeEntry, *, now: datetime) -> Self:
        """Take over what the PM says. An edit asks for approval again; an old reading is ignored.

        What was billed stays so: an edit of it is a version that adjusts it.
        """
        package = entry.work.removeprefix(f"{self.key.deal}:")
        seen = TimeVersion(
            version=1,
            package="" if package == entry.work else package,
            person=entry.person,
            day=entry.day,
            minutes=entry.minutes,
            changed_at=entry.changed_at,
            is_approved_in_pm=entry.is_approved,
            recorded_at=now,
            since=now,
        )
        current = self.current
        if current is None:
            return self._with(seen)
        is_old = seen.changed_at < current.changed_at
        is_of_before = current.is_deleted and seen.changed_at == current.changed_at
        return self if is_old or is_of_before else self._revise(current, seen, now=now)

    def delete(self, *, now: datetime, changed_at: datetime | None = None) -> Self:
        """Take over that the deal has it no more; what was billed is adjusted to nothing.

        `changed_at` is when it moved to another deal; an old reading is ignored.
        """
        current = self.current
        if current is None or current.is_deleted:
            return self
        at = changed_at or current.changed_at
        if at < current.changed_at:
            return self
        gone = current.model_copy(update={"is_deleted": True, "changed_at": at})
        if self.billed is None:
            return self._with(gone.enter(TimeState.DELETED, now=now))
        nothing = {"minutes": 0, "recorded_at": now, "is_approved_in_pm": False}
        return self._append(gone.model_copy(update=nothing), now=now)

    def approve(
        self,
        rates: RateCard,
        staffing: Staffing,
        policy: TimePolicy,
        currency: CurrencyCode,
        *,
        now: datetime,
    ) -> Self:
        """Round and price what waits for approval. Raises Refusal if it has no price.

        An adjustment keeps the price and the rounding of what it adjusts, unless person or day
        changed; one that changes neither hours nor money is over at once.
        """
        version, billed = self.open, self.billed
        if version is None or version.state is not TimeState.BOOKED:
            return self
        terms = _terms_of(version, billed)
        if terms is None:
            profile = staffing.profile(version.person)
            price = rates.rate(profile, version.day, currency).price
            terms = (profile, price, policy.rounding)
        approved = _approved(version.minutes, *terms, now=now)
        priced = version.model_copy(update={"approved": approved})
        after = self._with(priced.enter(TimeState.APPROVED, now=now))
        found = after.billable
        if billed and found and not found.minutes and not found.net:
            return after.bill_as(billed.bill, now=now)
        return after

    def bill_as(self, bill: Subject, *, now: datetime) -> Self:
        """Record the bill of what is approved. Raises Refusal if nothing is."""
        version, before = self.open, self.billed
        if version is None or version.approved is None:
            raise Refusal(f"time entry {self.key.entry} is not approved: approve its week first")
        after = version.model_copy(update={"bill": bill}).enter(TimeState.BILLED, now=now)
        adjusted = [before.enter(TimeState.ADJUSTED, now=now)] if before else []
        return self._with(after, *adjusted)

    def is_due(self, policy: TimePolicy, *, now: datetime) -> bool:
        """Whether it is approved without asking: by the PM's own field, or after some days.

        The PM's field counts until an approval was withdrawn by an edit: nobody takes it away.
        What corrects an invoice waits for a person.
        """
        version = self.open
        if version is None or version.state is not TimeState.BOOKED or self.billed:
            return False
        was_approved = any(each.approved for each in self.versions)
        days = policy.approve_after_days
        is_old = days is not None and now - version.recorded_at >= timedelta(days=days)
        return is_old or (version.is_approved_in_pm and not was_approved)

    def _revise(self, current: TimeVersion, seen: TimeVersion, *, now: datetime) -> Self:
        latest = {name: getattr(seen, name) for name in ("changed_at", "is_approved_in_pm")}
        if current.says_the_same(seen):
            return self._with(current.model_copy(update=latest))
        if self.billed and self.billed.says_the_same(seen):
            replaced = current.enter(TimeState.REPLACED, now=now)
            return self._with(replaced, self.billed.model_copy(update=latest))
        return self._append(seen, now=now)

    def _append(self, seen: TimeVersion, *, now: datetime) -> Self:
        """Add a version that waits for approval, in the place of the open one."""
        facts = {
            "version": self.versions[-1].version + 1,
            "adjusts": self.billed.version if self.billed else None,
            "approved": None,
            "bill": Subject(""),
        }
        after = seen.model_copy(update=facts).enter(TimeState.BOOKED, now=now)
        replaced = [self.open.enter(TimeState.REPLACED, now=now)] if self.open else []
        return self._with(after, *replaced)

    def _with(self, *versions: TimeVersion) -> Self:
        by_number = {each.version: each for each in (*self.versions, *versions)}
        ordered = tuple(by_number[number] for number in sorted(by_number))
        return self.model_copy(update={"versions": ordered})

    def _in(self, *states: TimeState) -> TimeVersion | None:
        return next((each for each in self.versions if each.state in states), None)


def billable_time(records: Iterable[TimeRecord]) -> Iterator[BillableTime]:
    return (found for record in records if (found := record.billable))


def _terms_of(
    version: TimeVersion, billed: TimeVersion | None
) -> tuple[JobProfile, Money, TimeRounding] | None:
    """The profile, price and rounding of what a version adjusts, if it is still that work."""
    if billed is None or billed.approved is None:
        return None
    if (version.person, version.day) != (billed.person, billed.day):
        return None
    approved = billed.approved
    return approved.profile, approved.price, approved.rounding


def _approved(
    raw: int, profile: JobProfile, price: Money, rounding: TimeRounding, *, now: datetime
) -> ApprovedTime:
    hours = rounding.hours(raw)
    return ApprovedTime(
        profile=profile,
        rounding=rounding,
        minutes=int(hours * _MINUTES_AN_HOUR),
        price=price,
        net=Money.rounded(hours * price.amount, price.currency),
        approved_at=now,
    )
