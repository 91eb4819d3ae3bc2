"""Redmine lets two concurrent attempts both make a record: one is elected, the others are swept."""

import asyncio
from typing import Any

import pytest

from domain.effect import Receipt
from domain.ids import ExternalId
from ports.failures import Rejected, Uncertain, Unreachable
from ports.operation import Operation
from testbed.systems.common.proxy import Fault
from testbed.systems.redmine import changes
from tests.connectors.redmine.sql import ask
from tests.contracts.pm_harness import DEAL, opened, plan, planned, ticket
from tests.contracts.redmine import RedmineHarness
from tests.references import OURS

pytestmark = pytest.mark.real
_RACES = 5


async def race(many: int, change: Operation[Any], command: Any) -> tuple[Receipt, int]:
    """Run many attempts at once, sweep as the ledger does, and return how many were strays.

    Redmine's database may abort one of two that lock each other: then it may have happened. On a
    busy machine a search may fail: then nothing happened.
    """
    makes = (change.do(command, ticket()) for _ in range(many))
    ends = await asyncio.gather(*makes, return_exceptions=True)
    assert {type(end) for end in ends} <= {Receipt, Uncertain, Unreachable}
    await change.do(command, ticket(2))
    first, *strays = await change.find(command)
    for stray in strays:
        await change.undo(command, stray)
    return first, len(strays)


async def race_until_it_strays(many: int, change: Operation[Any], command: Any) -> Receipt:
    """Race until there are strays, and return the elected record.

    A race without strays proves nothing: what it made is undone, and it runs again.
    """
    for _ in range(_RACES):
        elected, strays = await race(many, change, command)
        if strays:
            return elected
        await change.undo(command, elected)
    pytest.fail(f"in {_RACES} races of {many} nobody made a second one")


async def duplicate(redmine: RedmineHarness, path: str, kind: str, **fields: Any) -> ExternalId:
    """Make the record that an attempt with a late commit leaves behind."""
    return ExternalId(str((await redmine.write("POST", path, {kind: fields}))[kind]["id"]))


async def test_eight_that_open_a_project_at_once_end_in_one(redmine: RedmineHarness) -> None:
    opening = plan().opening()
    elected = await race_until_it_strays(8, redmine.pm.open_project, opening)
    assert await ask(redmine, "SELECT id::text FROM projects") == [(elected.id,)]
    assert list(await redmine.pm.open_project.find(opening)) == [elected]
    assert await redmine.pm.open_project.do(opening, ticket(9)) == elected


async def test_three_that_plan_at_once_end_in_one_of_each(redmine: RedmineHarness) -> None:
    project = await opened(redmine)
    milestones = plan().milestone_plan(project)
    versions = (await race(3, redmine.pm.plan_milestones, milestones))[0].parts
    assert await ask(redmine, "SELECT count(*) FROM versions") == [(2,)]
    planning = plan().work(project, dict(versions))
    work = await race_until_it_strays(3, redmine.pm.plan_work, planning)
    rows = await ask(redmine, "SELECT id::text FROM issues ORDER BY id")
    assert {number for (number,) in rows} == set(work.parts.values())
    assert work.parts.keys() == {"part-1", "part-2", "w.1", "w.2", "w.3", "w.4"}


async def test_a_second_project_that_somebody_worked_in_is_archived(
    redmine: RedmineHarness,
) -> None:
    opening = plan().opening()
    made = await redmine.pm.open_project.do(opening, ticket())
    await redmine.write("POST", f"/projects/{made.id}/versions", {"version": {"name": "Theirs"}})
    await redmine.pm.open_project.undo(opening, made)
    assert await ask(redmine, "SELECT status FROM projects") == [(9,)]
    assert await ask(redmine, "SELECT name FROM versions") == [("Theirs",)]
    with pytest.raises(Rejected, match="if one is archived, rename or delete it"):
        await redmine.pm.open_project.do(opening, ticket(2))


async def test_a_second_issue_is_swept_but_never_with_time_on_it(redmine: RedmineHarness) -> None:
    project = await opened(redmine)
    work = plan().work(project, await planned(redmine, project))
    made = await redmine.pm.plan_work.do(work, ticket())
    ours = [{"id": 3, "value": OURS.of(f"{DEAL}:w.1")}]
    fields = {"project_id": project, "tracker_id": 4, "subject": "Late", "custom_fields": ours}
    late = await duplicate(redmine, "/issues", "issue", **fields)
    first, stray = await redmine.pm.plan_work.find(work)
    assert (first, stray.id) == (made, late)
    entry = {"issue_id": late, "hours": "1", "activity_id": 9}
    booked = await redmine.write("POST", "/time_entries", {"time_entry": entry})
    with pytest.raises(Rejected, match=f"time is booked on issue {late}"):
        await redmine.pm.plan_work.undo(work, stray)
    await redmine.write("DELETE", f"/time_entries/{booked['time_entry']['id']}")
    await redmine.pm.plan_work.undo(work, stray)
    assert list(await redmine.pm.plan_work.find(work)) == [made]


async def test_an_older_summary_that_comes_late_inherits_the_packages(
    redmine: RedmineHarness,
) -> None:
    project = await opened(redmine)
    work = plan(milestones=1).work(project, await planned(redmine, project, milestones=1))
    ours = [{"id": 3, "value": "nobody's yet"}]
    fields = {"project_id": project, "tracker_id": 4, "subject": "Late", "custom_fields": ours}
    late = await duplicate(redmine, "/issues", "issue", **fields)
    before = await redmine.pm.plan_work.do(work, ticket())
    ours[0]["value"] = OURS.of(f"{DEAL}:part-1")
    await redmine.write("PUT", f"/issues/{late}", {"issue": {"custom_fields": ours}})
    elected, stray = await redmine.pm.plan_work.find(work)
    assert (elected.parts["part-1"], stray.id) == (late, before.parts["part-1"])
    await redmine.pm.plan_work.undo(work, stray)
    assert list(await redmine.pm.plan_work.find(work)) == [elected]
    below = await ask(redmine, "SELECT id::text FROM issues WHERE parent_id = %s", int(late))
    assert {number for (number,) in below} == {before.parts["w.1"], before.parts["w.2"]}


async def test_work_with_issues_of_people_below_it_is_not_deleted(redmine: RedmineHarness) -> None:
    project = await opened(redmine)
    work = plan().work(project, await planned(redmine, project))
    made = await redmine.pm.plan_work.do(work, ticket())
    parent = made.parts["w.1"]
    fields = {"project_id": project, "subject": "Theirs", "parent_issue_id": parent}
    theirs = await duplicate(redmine, "/issues", "issue", **fields)
    with pytest.raises(Rejected, match=f"issue {parent} has issues below it"):
        await redmine.pm.plan_work.undo(work, made)
    assert await ask(redmine, "SELECT subject FROM issues WHERE id = %s", int(theirs)) == [
        ("Theirs",)
    ]


async def test_what_was_done_before_an_error_answer_is_found_and_not_done_again(
    redmine: RedmineHarness,
) -> None:
    project = await opened(redmine)
    work = plan().work(project, await planned(redmine, project))
    redmine.proxy.every(3, Fault.BAD_GATEWAY, changes, times=1)
    with pytest.raises(Uncertain) as raised:
        await redmine.pm.plan_work.do(work, ticket())
    assert raised.value.answered
    made = await redmine.pm.plan_work.do(work, ticket(2))
    assert await ask(redmine, "SELECT count(*) FROM issues") == [(6,)]
    assert list(await redmine.pm.plan_work.find(work)) == [made]
