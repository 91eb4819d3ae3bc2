"""Time is rounded once, priced by its work date, and billed for what it is, whatever changes."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing_arrangement import TimeRounding
from domain.ids import DealId, ExternalId, Subject
from domain.money import Money
from domain.rate_card import JobProfile, Rate, RateCard
from domain.refusal import Refusal
from domain.templates import Staffing
from domain.time_record import TimeKey, TimeRecord, billable_time
from domain.timesheet import TimeEntry, TimePolicy, Week

DEAL = DealId("hubspot:1")
NOW = datetime(2027, 3, 8, 9, tzinfo=UTC)
BILL = Subject("hubspot:1:t2027-03:r1")
SENIOR = JobProfile(role="consultant", seniority="senior")
CONSULTANT = JobProfile(role="consultant")
STAFFING = Staffing(people={"consultant": "acc-2"}, profiles={"acc-1": SENIOR})
POLICY = TimePolicy()


def rate(profile: JobProfile, price: str, first: date, last: date | None = None) -> Rate:
    cost = Money.of("50.00", "EUR")
    return Rate(
        profile=profile,
        valid_from=first,
        valid_until=last,
        price=Money.of(price, "EUR"),
        cost=cost,
    )


RATES = RateCard.of(
    [
        rate(SENIOR, "120.00", date(2027, 1, 1), date(2027, 2, 28)),
        rate(SENIOR, "126.00", date(2027, 3, 1)),
        rate(CONSULTANT, "90.00", date(2027, 1, 1)),
    ]
)


def entry(minutes: int = 110, *, age: int = 0, **changes: Any) -> TimeEntry:
    """An entry that was changed last `age` minutes after NOW."""
    given = {
        "id": ExternalId("7"),
        "project": ExternalId("p1"),
        "work": Subject(f"{DEAL}:w1"),
        "person": "acc-1",
        "day": date(2027, 2, 26),
        "minutes": minutes,
        "changed_at": NOW + timedelta(minutes=age),
    }
    return TimeEntry.model_validate(given | changes)


def record() -> TimeRecord:
    key = TimeKey(system="jira", tenant="acme", entry=ExternalId("7"), deal=DEAL)
    return TimeRecord(key=key)


def booked(*entries: TimeEntry) -> TimeRecord:
    found = record()
    for each in entries:
        found = found.book(each, now=NOW)
    return found


def approved(of: TimeRecord, policy: TimePolicy = POLICY) -> TimeRecord:
    return of.approve(RATES, STAFFING, policy, "EUR", now=NOW)


def billed(*entries: TimeEntry) -> TimeRecord:
    return approved(booked(*entries)).bill_as(BILL, now=NOW)


def states(of: TimeRecord) -> list[str]:
    return [each.state.value for each in of.versions]


def billable(of: TimeRecord) -> tuple[Decimal, str] | None:
    found = of.billable
    return (found.hours, str(found.net)) if found else None


# ------------------------------------------------------------------- rounding and price


def test_the_example_of_the_contract_is_right_to_the_cent() -> None:
    """contract.md 6, time and materials."""
    entries = [
        entry(110, day=date(2027, 2, 26)),
        entry(20, day=date(2027, 3, 1)),
        entry(450, day=date(2027, 3, 2), person="acc-2"),
    ]
    found = list(billable_time(approved(booked(one)) for one in entries))
    assert [(each.hours, each.net.amount) for each in found] == [
        (Decimal("2.00"), Decimal("240.00")),
        (Decimal("0.50"), Decimal("63.00")),
        (Decimal("7.50"), Decimal("675.00")),
    ]
    assert Money.total((each.net for each in found), "EUR") == Money.of("978.00", "EUR")


@given(st.integers(1, 1440), st.integers(1, 20).map(lambda n: 3 * n))
def test_hours_times_price_is_the_net_amount_to_the_cent(minutes: int, increment: int) -> None:
    found = approved(
        booked(entry(minutes)), TimePolicy(rounding=TimeRounding(unit=increment))
    ).billable
    assert found
    assert found.net == Money.rounded(found.hours * found.price.amount, "EUR")


def test_raw_minutes_and_billed_minutes_are_both_kept() -> None:
    (version,) = approved(booked(entry(110))).versions
    assert version.approved
    assert (version.minutes, version.approved.minutes) == (110, 120)


def test_approved_time_is_not_priced_or_rounded_again() -> None:
    once = approved(booked(entry(110)))
    assert approved(once, TimePolicy(rounding=TimeRounding(unit=60))) == once


def test_a_person_without_a_profile_is_refused_with_a_way_out() -> None:
    with pytest.raises(Refusal, match="'acc-9' has no job profile: set policy"):
        approved(booked(entry(person="acc-9")))
    both = Staffing(people={"lead": "acc-9", "developer": "acc-9"})
    with pytest.raises(Refusal, match="has no job profile"):
        both.profile("acc-9")


# -------------------------------------------------------------------------------- edits


def test_a_repeated_reading_and_an_edited_note_change_nothing_that_is_billed() -> None:
    once = approved(booked(entry()))
    again = once.book(entry(age=5), now=NOW)
    assert states(again) == ["approved"]
    assert again.billable == once.billable


def test_an_edit_of_approved_time_asks_approval_again() -> None:
    after = approved(booked(entry(110))).book(entry(130, age=1), now=NOW)
    assert states(after) == ["replaced", "booked"]
    assert after.billable is None
    assert billable(approved(after)) == (Decimal("2.25"), "270.00 EUR")


def test_an_old_reading_is_ignored() -> None:
    newest = booked(entry(60, age=2))
    assert newest.book(entry(110, age=1), now=NOW) == newest
    gone = newest.delete(now=NOW)
    assert gone.book(entry(60, age=2), now=NOW) == gone


def test_time_that_was_deleted_before_it_was_billed_is_not_billed() -> None:
    gone = approved(booked(entry())).delete(now=NOW)
    assert states(gone) == ["deleted"]
    assert gone.billable is None
    assert gone.delete(now=NOW) == gone


def test_an_edit_of_billed_time_is_billed_for_the_difference() -> None:
    after = billed(entry(110)).book(entry(170, age=1), now=NOW)
    assert states(after) == ["billed", "booked"]
    assert billable(approved(after)) == (Decimal("1.00"), "120.00 EUR")
    done = approved(after).bill_as(Subject("next"), now=NOW)
    assert states(done) == ["adjusted", "billed"]
    assert [each.minutes for each in done.versions] == [110, 170]


def test_a_deletion_of_billed_time_is_an_adjustment_of_all_of_it() -> None:
    after = approved(billed(entry(110)).delete(now=NOW))
    assert billable(after) == (Decimal("-2.00"), "-240.00 EUR")
    assert [each.minutes for each in after.versions] == [110, 0]


def test_billed_time_that_is_edited_and_edited_back_stands_as_it_was() -> None:
    after = billed(entry(110)).book(entry(170, age=1), now=NOW).book(entry(110, age=2), now=NOW)
    assert states(after) == ["billed", "replaced"]
    assert after.billable is None
    assert after.book(entry(170, age=1), now=NOW) == after


def test_an_adjustment_of_nothing_needs_no_bill() -> None:
    after = approved(billed(entry(110)).book(entry(115, age=1), now=NOW))
    assert states(after) == ["adjusted", "billed"]
    assert after.billable is None


def test_an_adjustment_keeps_the_price_of_the_work_date_that_was_billed() -> None:
    changed = RateCard.of([rate(SENIOR, "200.00", date(2027, 1, 1))])
    edited = billed(entry(110)).book(entry(170, age=1), now=NOW)
    after = edited.approve(
        changed, STAFFING, TimePolicy(rounding=TimeRounding(unit=60)), "EUR", now=NOW
    )
    assert billable(after) == (Decimal("1.00"), "120.00 EUR")


def test_billed_time_that_moves_to_another_day_is_priced_by_that_day() -> None:
    moved = billed(entry(120)).book(entry(120, age=1, day=date(2027, 3, 1)), now=NOW)
    assert billable(approved(moved)) == (Decimal("0.00"), "12.00 EUR")


def test_time_that_leaves_the_deal_and_comes_back_is_booked_again() -> None:
    away = booked(entry()).delete(now=NOW, changed_at=NOW + timedelta(minutes=1))
    assert states(away.book(entry(age=2), now=NOW)) == ["deleted", "booked"]
    assert booked(entry(age=2)).delete(now=NOW, changed_at=NOW) == booked(entry(age=2))


def test_only_approved_time_is_billed() -> None:
    with pytest.raises(Refusal, match="not approved"):
        booked(entry()).bill_as(BILL, now=NOW)


EDITS = st.lists(st.one_of(st.integers(1, 600), st.none()), min_size=1, max_size=6)


@given(EDITS, st.data())
def test_all_that_is_billed_adds_up_to_what_the_pm_has_at_the_end(
    edits: list[int | None], data: st.DataObject
) -> None:
    found, total = record(), Money.zero("EUR")
    for age, minutes in enumerate(edits):
        if minutes is None:
            found = found.delete(now=NOW, changed_at=NOW + timedelta(minutes=age))
        else:
            found = found.book(entry(minutes, age=age), now=NOW)
        if data.draw(st.booleans()) or age == len(edits) - 1:
            found = approved(found)
            if part := found.billable:
                total += part.net
                found = found.bill_as(Subject(f"b{age}"), now=NOW)
    last = edits[-1]
    hours = Decimal(0) if last is None else TimeRounding().hours(last)
    assert total == Money.rounded(hours * 120, "EUR")


@given(st.permutations(range(5)), st.lists(st.integers(1, 600), min_size=5, max_size=5))
def test_the_same_readings_in_another_order_end_alike(order: list[int], minutes: list[int]) -> None:
    entries = [entry(each, age=age) for age, each in enumerate(minutes)]
    current = booked(*(entries[number] for number in order)).current
    assert current
    assert (current.minutes, current.changed_at) == (minutes[-1], entries[-1].changed_at)


# ----------------------------------------------------------------------------- approval


def test_the_own_field_of_the_pm_approves_until_an_edit_withdraws_it() -> None:
    found = booked(entry(is_approved=True))
    assert found.is_due(POLICY, now=NOW)
    edited = approved(found).book(entry(130, age=1, is_approved=True), now=NOW)
    assert not edited.is_due(POLICY, now=NOW)


def test_approval_in_the_pm_of_what_was_only_booked_before_counts() -> None:
    found = booked(entry(), entry(130, age=1), entry(130, age=2, is_approved=True))
    assert found.is_due(POLICY, now=NOW)


@pytest.mark.parametrize(("days", "is_due"), [(None, False), (7, True), (8, False)])
def test_time_is_approved_by_itself_after_the_days_of_the_policy(
    days: int | None, *, is_due: bool
) -> None:
    policy = TimePolicy(approve_after_days=days)
    assert booked(entry()).is_due(policy, now=NOW + timedelta(days=7)) is is_due
    assert not approved(booked(entry())).is_due(policy, now=NOW + timedelta(days=30))


def test_what_corrects_an_invoice_waits_for_a_person() -> None:
    edited = billed(entry()).book(entry(170, age=1, is_approved=True), now=NOW)
    policy = TimePolicy(approve_after_days=1)
    assert not edited.is_due(policy, now=NOW + timedelta(days=30))


def test_a_week_is_that_of_iso_8601() -> None:
    week = Week.of("2027-W09")
    assert (week.first, week.last) == (date(2027, 3, 1), date(2027, 3, 7))
    assert str(Week.before(date(2027, 3, 8))) == "2027-W09"
    assert str(Week.before(date(2027, 3, 14))) == "2027-W09"


@pytest.mark.parametrize("text", ["2027-09", "2027-W60", "2027-W9", "", "W09"])
def test_another_way_to_write_a_week_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="write it as 2027-W09"):
        Week.of(text)
