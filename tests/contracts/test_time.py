"""The time that the team booked, as we read it back."""

from datetime import date
from decimal import Decimal

import pytest

from domain.ids import ExternalId
from ports.failures import Absent
from tests.contracts.pm_harness import DEAL, NOWHERE, PmHarness, opened, plan, planned, ticket


async def with_work(pm: PmHarness) -> ExternalId:
    project = await opened(pm)
    versions = await planned(pm, project)
    await pm.pm.plan_work.do(plan().work(project, versions), ticket())
    return project


async def test_booked_time_reads_back_by_package_day_hours_and_person(pm: PmHarness) -> None:
    project = await with_work(pm)
    someone = await pm.book(project, "w.2", Decimal("1.5"), date(2026, 12, 9))
    await pm.book(project, "w.1", Decimal(8), date(2026, 12, 8))
    await pm.book(project, "w.2", Decimal("0.25"), date(2026, 12, 10))
    entries = await pm.pm.read_time(DEAL, project)
    assert [(each.package, each.day, each.hours) for each in entries] == [
        ("w.1", date(2026, 12, 8), Decimal(8)),
        ("w.2", date(2026, 12, 9), Decimal("1.5")),
        ("w.2", date(2026, 12, 10), Decimal("0.25")),
    ]
    assert {each.person for each in entries} == {someone}
    assert len({each.id for each in entries}) == 3


async def test_time_of_another_project_is_not_read(pm: PmHarness) -> None:
    project = await with_work(pm)
    await pm.book(project, "w.1", Decimal(1), date(2026, 12, 8))
    other = plan(deal=type(DEAL)("hubspot:51230000018"))
    elsewhere = (await pm.pm.open_project.do(other.opening(), ticket())).id
    assert not await pm.pm.read_time(other.deal, elsewhere)


async def test_a_project_without_work_has_no_time(pm: PmHarness) -> None:
    assert not await pm.pm.read_time(DEAL, await opened(pm))


async def test_time_of_a_project_that_is_gone_is_absent(pm: PmHarness) -> None:
    with pytest.raises(Absent):
        await pm.pm.read_time(DEAL, NOWHERE)
    opening = plan().opening()
    made = await pm.pm.open_project.do(opening, ticket())
    await pm.pm.open_project.undo(opening, made)
    with pytest.raises(Absent):
        await pm.pm.read_time(DEAL, made.id)
