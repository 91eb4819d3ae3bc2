"""Time entries on record: every version stays, every change has its audit entry."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import URL

from application.command_log import new_command
from domain.command import CommandName
from domain.ids import DealId, ExternalId, Subject
from domain.money import Money
from domain.rate_card import JobProfile, Rate, RateCard
from domain.refusal import Refusal
from domain.templates import Staffing
from domain.time_record import TimeRecord
from domain.timesheet import TimeChanges, TimeEntry, TimePolicy
from ports.links import Link
from store import Store, open_store
from tests.actors import GRACE
from tests.postgres import fresh_database
from tests.store.values import NOW, deal

HERE = ("jira", "acme")
DAY = date(2027, 2, 26)
BILL = Subject("hubspot:billed:t2027-02:r1")
PROFILE = JobProfile(role="consultant")
RATES = RateCard.of(
    [
        Rate(
            profile=PROFILE,
            valid_from=date(2027, 1, 1),
            price=Money.of("90.00", "EUR"),
            cost=Money.of("45.00", "EUR"),
        )
    ]
)


@pytest.fixture
async def store(postgres: URL) -> AsyncIterator[Store]:
    """A store of the test's own: what waits is asked over all deals."""
    with fresh_database(postgres) as url:
        async with open_store(url, pool_size=4) as opened:
            yield opened


async def link(store: Store, name: str) -> DealId:
    """A deal, and its project of the same name."""
    tie = Link(
        system=HERE[0],
        tenant=HERE[1],
        kind="pm.project",
        key=deal(name),
        external_id=ExternalId(name),
        deal=deal(name),
    )
    await store.links.add(tie, now=NOW)
    return deal(name)


def entry(project: str, number: int = 1, minutes: int = 110, **given: Any) -> TimeEntry:
    age = timedelta(minutes=given.pop("age", 0))
    facts: Mapping[str, Any] = {
        "id": ExternalId(str(number)),
        "project": ExternalId(project),
        "work": Subject(f"{deal(project)}:w1"),
        "person": "acc-1",
        "day": DAY,
        "minutes": minutes,
        "changed_at": NOW + age,
    }
    return TimeEntry.model_validate({**facts, **given})


async def record(
    store: Store, *entries: TimeEntry, deleted: tuple[str, ...] = (), now: datetime = NOW
) -> None:
    gone = tuple(map(ExternalId, deleted))
    found = TimeChanges(entries=entries, deleted=gone, until=NOW)
    await store.timesheets.record(*HERE, found, now=now)


def approval(of: TimeRecord) -> TimeRecord:
    staffing = Staffing(profiles={"acc-1": PROFILE})
    return of.approve(RATES, staffing, TimePolicy(), "EUR", now=NOW)


async def approve(store: Store, of: DealId) -> None:
    command = new_command(CommandName.APPROVE_TIME, GRACE, of)
    keys = [each.key for each in await store.timesheets.of_deal(of)]
    await store.timesheets.change(keys, approval, command=command, now=NOW)


async def versions(store: Store, of: DealId) -> list[tuple[int, int, str]]:
    return [
        (version.version, version.minutes, version.state.value)
        for each in await store.timesheets.of_deal(of)
        for version in each.versions
    ]


async def test_time_reads_back_as_it_was_written(store: Store) -> None:
    of = await link(store, "reads")
    await record(store, entry("reads"), entry("reads", 2, 20))
    await approve(store, of)
    (first, second) = await store.timesheets.of_deal(of)
    expected = approval(TimeRecord(key=first.key).book(entry("reads"), now=NOW))
    assert first == expected
    assert second.billable
    assert second.billable.net == Money.of("45.00", "EUR")


async def test_an_edit_keeps_both_versions_and_says_who_changed_what(store: Store) -> None:
    of = await link(store, "edits")
    await record(store, entry("edits"))
    await approve(store, of)
    await record(store, entry("edits", minutes=130, age=1))
    assert await versions(store, of) == [(1, 110, "replaced"), (2, 130, "booked")]
    trail = [each for each in await store.audit_trail.of_deal(of) if each.entity == "time"]
    assert [(each.from_state, each.to_state, each.command) for each in trail] == [
        ("", "booked", ""),
        ("booked", "approved", "approve-time"),
        ("approved", "replaced", ""),
        ("", "booked", ""),
    ]
    assert trail[1].actor == GRACE.subject
    assert trail[3].what["minutes"] == 130


async def test_the_same_reading_again_writes_nothing(store: Store) -> None:
    of = await link(store, "again")
    readings = (record(store, entry("again")) for _ in range(4))
    await asyncio.gather(*readings)
    assert await versions(store, of) == [(1, 110, "booked")]
    assert len(await store.audit_trail.of_deal(of)) == 2  # the link, and the entry


async def test_billed_time_that_is_deleted_is_adjusted_and_stays(store: Store) -> None:
    of = await link(store, "billed")
    await record(store, entry("billed"))
    await approve(store, of)
    keys = [each.key for each in await store.timesheets.of_deal(of)]
    await store.timesheets.change(keys, lambda each: each.bill_as(BILL, now=NOW), now=NOW)
    assert await store.timesheets.known(*HERE, DAY) == {"1": False}
    await record(store, deleted=("1", "404"))
    assert await versions(store, of) == [(1, 110, "billed"), (2, 0, "booked")]
    assert await store.timesheets.known(*HERE, DAY) == {}
    await approve(store, of)
    (found,) = await store.timesheets.of_deal(of)
    assert found.billable
    assert found.billable.net == Money.of("-180.00", "EUR")


async def test_time_of_a_project_that_is_not_ours_is_not_kept(store: Store) -> None:
    of = await link(store, "ours")
    await record(store, entry("theirs"), entry("ours", 2))
    assert await store.timesheets.known(*HERE, DAY) == {"2": False}
    await record(store, entry("theirs", 2, age=1))
    assert await versions(store, of) == [(1, 110, "deleted")]


async def test_time_that_moves_to_another_deal_is_booked_there_and_deleted_here(
    store: Store,
) -> None:
    here, there = await link(store, "here"), await link(store, "there")
    await record(store, entry("here"))
    await record(store, entry("there", age=1))
    assert await versions(store, here) == [(1, 110, "deleted")]
    assert await versions(store, there) == [(1, 110, "booked")]


async def test_a_refused_approval_approves_none(store: Store) -> None:
    of = await link(store, "refused")
    await record(store, entry("refused"), entry("refused", 2, person="acc-9"))
    with pytest.raises(Refusal, match="'acc-9' has no job profile"):
        await approve(store, of)
    assert {state for _, _, state in await versions(store, of)} == {"booked"}


async def test_time_is_listed_by_the_day_that_it_has_now(store: Store) -> None:
    of = await link(store, "days")
    await record(store, entry("days"), entry("days", 2, day=DAY + timedelta(days=1)))
    await record(store, entry("days", day=DAY + timedelta(days=9), age=1))
    in_days = await store.timesheets.of_deal(of, DAY, DAY + timedelta(days=6))
    assert [each.key.entry for each in in_days] == ["2"]
    assert await store.timesheets.people(DAY, DAY) == set()
    assert await store.timesheets.people(DAY, DAY + timedelta(days=1)) == {"acc-1"}


async def test_what_waits_long_enough_or_is_approved_in_the_pm_is_found(store: Store) -> None:
    await link(store, "waits")
    await record(store, entry("waits"), entry("waits", 2, is_approved=True))
    waiting = store.timesheets.waiting
    found = await waiting(recorded_before=NOW - timedelta(seconds=1))
    assert [each.key.entry for each in found] == ["2"]
    assert len(await waiting(recorded_before=NOW)) == 2


async def test_a_deal_turns_when_it_has_other_time_to_bill(store: Store) -> None:
    of, turned = await link(store, "turns"), store.timesheets.turned
    await record(store, entry("turns"))
    assert await turned(since=NOW) == {}
    await approve(store, of)
    assert await turned(since=NOW) == {of: NOW}
    later = NOW + timedelta(hours=1)
    assert await turned(since=later) == {}
    await record(store, deleted=("1",), now=later)
    assert await turned(since=later) == {of: later}


async def test_more_entries_than_one_transaction_takes_are_all_recorded(store: Store) -> None:
    of = await link(store, "many")
    await record(store, *(entry("many", number) for number in range(1, 1101)))
    assert len(await store.timesheets.of_deal(of)) == 1100
