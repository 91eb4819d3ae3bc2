"""The time that people booked, edited or deleted, as one read finds it in all projects."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.ids import DealId, ExternalId
from domain.timesheet import TimeChanges, TimeEntry
from ports.pm import KnownTime
from tests.contracts.pm_harness import DEAL, PmHarness, opened, plan, planned, ticket

OTHER = DealId("hubspot:51230000018")
TODAY = datetime.now(UTC).date()
YESTERDAY = TODAY - timedelta(days=1)


def knowing(*entries: ExternalId) -> KnownTime:
    async def known(first: date) -> Mapping[ExternalId, bool]:
        assert first <= YESTERDAY
        return dict.fromkeys(entries, False)

    return known


@pytest.fixture
def since() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


async def with_work(pm: PmHarness, deal: DealId = DEAL) -> ExternalId:
    project = await opened(pm, deal)
    versions = await planned(pm, project)
    await pm.pm.plan_work.do(plan(deal).work(project, versions), ticket())
    return project


def facts(changes: TimeChanges, of: Callable[[TimeEntry], object]) -> list[object]:
    return [of(each) for each in sorted(changes.entries, key=lambda each: int(each.id.strip("T")))]


async def test_booked_time_reads_back_by_project_package_day_minutes_and_person(
    pm: PmHarness, since: datetime
) -> None:
    project = await with_work(pm)
    entries = [
        await pm.book(project, "w.2", 90, TODAY),
        await pm.book(project, "w.1", 480, YESTERDAY),
        await pm.book(project, "w.2", 20, TODAY),
    ]
    found = await pm.pm.time_since(since, knowing())
    assert facts(found, lambda each: (each.id, each.work, each.day, each.minutes)) == [
        (entries[0], f"{DEAL}:w.2", TODAY, 90),
        (entries[1], f"{DEAL}:w.1", YESTERDAY, 480),
        (entries[2], f"{DEAL}:w.2", TODAY, 20),
    ]
    assert {(each.project, each.person) for each in found.entries} == {(project, pm.consultant)}
    assert found.until == max(each.changed_at for each in found.entries)
    assert not found.deleted


async def test_every_minute_reads_back_as_it_was_booked(pm: PmHarness, since: datetime) -> None:
    project = await with_work(pm)
    minutes = (1, 7, 19, 20, 50, 59)
    for each in minutes:
        await pm.book(project, "w.1", each, TODAY)
    found = await pm.pm.time_since(since, knowing())
    assert facts(found, lambda each: each.minutes) == list(minutes)


async def test_one_read_finds_the_time_of_all_projects(pm: PmHarness, since: datetime) -> None:
    one, two = await with_work(pm), await opened(pm, OTHER)
    await pm.book(one, "w.1", 60, TODAY)
    found = await pm.pm.time_since(since, knowing())
    assert facts(found, lambda each: each.project) == [one]
    assert one != two


async def test_edited_time_is_read_again_with_a_later_change(
    pm: PmHarness, since: datetime
) -> None:
    project = await with_work(pm)
    entry = await pm.book(project, "w.1", 60, TODAY)
    (before,) = (await pm.pm.time_since(since, knowing())).entries
    await pm.rebook(entry, 75)
    (after,) = (await pm.pm.time_since(before.changed_at, knowing(entry))).entries
    assert (after.id, after.minutes, after.day) == (entry, 75, TODAY)
    assert after.changed_at >= before.changed_at


async def test_deleted_time_is_reported_and_time_that_stands_is_not(
    pm: PmHarness, since: datetime
) -> None:
    project = await with_work(pm)
    stands = await pm.book(project, "w.1", 60, TODAY)
    gone = await pm.book(project, "w.1", 30, YESTERDAY)
    await pm.unbook(gone)
    found = await pm.pm.time_since(since, knowing(stands, gone))
    assert found.deleted == (gone,)
    assert facts(found, lambda each: each.id) == [stands]


async def test_what_changed_before_is_not_read_again(pm: PmHarness, since: datetime) -> None:
    project = await with_work(pm)
    entry = await pm.book(project, "w.1", 60, TODAY)
    until = (await pm.pm.time_since(since, knowing())).until
    later = until + timedelta(seconds=1)
    assert await pm.pm.time_since(later, knowing(entry)) == TimeChanges(until=later)


async def test_nobody_who_booked_nothing_is_an_empty_read(pm: PmHarness, since: datetime) -> None:
    await opened(pm)
    assert await pm.pm.time_since(since, knowing()) == TimeChanges(until=since)
