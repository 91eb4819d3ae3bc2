"""What every project system must do, whoever the vendor."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.common import Roles
from connectors.memory import Fault
from domain.effect import Receipt
from domain.ids import DealId, ExternalId, MilestoneKey
from ports.failures import Absent, ConnectorFailure, Rejected, Uncertain
from ports.operation import Operation
from ports.pm import Pm
from tests.contracts.faults import each_fault
from tests.contracts.pm_harness import (
    DEAL,
    NOWHERE,
    STRANGER,
    PmHarness,
    opened,
    plan,
    planned,
    ticket,
)
from tests.contracts.test_time import knowing

PEOPLE = ("acc-consultant", "acc-developer")
PARTS = ("write_charter", "plan_milestones", "plan_work", "staff_project")


def role(roles: Roles) -> Pm:
    assert roles.pm
    return roles.pm


def part(pm: Pm, name: str) -> Operation[Any]:
    change: Operation[Any] = getattr(pm, name)
    return change


def command_for(name: str, project: ExternalId, versions: dict[str, str]) -> Any:
    full = plan(people=PEOPLE)
    return {
        "write_charter": full.charter(project),
        "plan_milestones": full.milestone_plan(project),
        "plan_work": full.work(project, versions),
        "staff_project": full.staffing(project),
    }[name]


async def ready(harness: PmHarness, name: str) -> Any:
    """Return the command for a part, in a project that has all that the part needs."""
    project = await opened(harness)
    versions = await planned(harness, project) if name == "plan_work" else {}
    return command_for(name, project, versions)


# ------------------------------------------------------------------- projects


async def test_a_project_opened_twice_is_opened_once(pm: PmHarness) -> None:
    opening = plan().opening()
    first = await pm.pm.open_project.do(opening, ticket())
    second = await pm.pm.open_project.do(opening, ticket(2))
    assert first == second
    assert first.url
    assert list(await pm.pm.open_project.find(opening)) == [first]


async def test_a_project_is_found_by_its_deal_and_never_by_its_name(pm: PmHarness) -> None:
    mine = await opened(pm)
    other = plan(DealId("hubspot:51230000018"))
    assert not await pm.pm.open_project.find(other.opening())
    assert await opened(pm, other.deal) != mine


async def test_a_project_taken_back_twice_is_gone_once(pm: PmHarness) -> None:
    opening = plan().opening()
    made = await pm.pm.open_project.do(opening, ticket())
    await pm.pm.open_project.undo(opening, made)
    await pm.pm.open_project.undo(opening, made)
    assert not await pm.pm.open_project.find(opening)
    with pytest.raises(Absent):
        await pm.pm.read_milestones(DEAL, made.id)


# ---------------------------------------------------------------------- parts


@pytest.mark.parametrize("name", PARTS)
async def test_a_part_made_twice_is_made_once(pm: PmHarness, name: str) -> None:
    command, change = await ready(pm, name), part(pm.pm, name)
    first = await change.do(command, ticket())
    assert await change.do(command, ticket(2)) == first
    assert len(await change.find(command)) == (change.idempotency.strategy != "upsert")


@pytest.mark.parametrize("name", PARTS)
async def test_a_part_taken_back_twice_is_gone_once(pm: PmHarness, name: str) -> None:
    command, change = await ready(pm, name), part(pm.pm, name)
    made = await change.do(command, ticket())
    await change.undo(command, made)
    await change.undo(command, made)
    assert not await change.find(command)


@pytest.mark.parametrize("name", PARTS)
async def test_a_part_of_no_project_is_absent(pm: PmHarness, name: str) -> None:
    change = part(pm.pm, name)
    command = command_for(name, NOWHERE, {"part-1": "1", "part-2": "2"})
    with pytest.raises(Absent):
        await change.do(command, ticket())
    assert not await change.find(command)


async def test_a_stranger_cannot_be_staffed(pm: PmHarness) -> None:
    project = await opened(pm)
    command = plan(people=(STRANGER,)).staffing(project)
    with pytest.raises(Rejected):
        await pm.pm.staff_project.do(command, ticket())
    assert not await pm.pm.staff_project.find(command)


async def test_milestones_of_no_project_are_absent(pm: PmHarness) -> None:
    with pytest.raises(Absent):
        await pm.pm.read_milestones(DEAL, NOWHERE)


async def test_a_project_that_never_was_is_taken_back_without_failure(pm: PmHarness) -> None:
    project = await opened(pm)
    await pm.pm.open_project.undo(plan().opening(), Receipt(id=NOWHERE))
    assert [made.id for made in await pm.pm.open_project.find(plan().opening())] == [project]


async def test_milestones_answer_by_item(pm: PmHarness) -> None:
    project = await opened(pm)
    versions = await planned(pm, project)
    milestones = await pm.pm.read_milestones(DEAL, project)
    assert {each.milestone: each.external for each in milestones} == versions
    assert versions.keys() == {"part-1", "part-2"}
    assert not any(each.is_reached for each in milestones)


async def test_a_reached_milestone_is_read(pm: PmHarness) -> None:
    project = await opened(pm)
    await planned(pm, project)
    await pm.reach(project, MilestoneKey("part-2"))
    milestones = await pm.pm.read_milestones(DEAL, project)
    assert [each.milestone for each in milestones if each.is_reached] == ["part-2"]


async def test_milestones_that_are_there_are_kept_and_the_others_added(pm: PmHarness) -> None:
    project = await opened(pm)
    before = await planned(pm, project, milestones=1)
    command = plan().milestone_plan(project)
    assert not await pm.pm.plan_milestones.find(command)
    after = await pm.pm.plan_milestones.do(command, ticket(2))
    assert after.parts["part-1"] == before["part-1"]
    assert after.parts.keys() == {"part-1", "part-2"}


async def test_work_answers_by_package(pm: PmHarness) -> None:
    command = await ready(pm, "plan_work")
    made = await pm.pm.plan_work.do(command, ticket())
    ids = [made.parts[each.key] for each in command.packages]
    assert len(set(ids)) == 4


async def test_work_that_is_there_is_kept_and_the_rest_added(pm: PmHarness) -> None:
    project = await opened(pm)
    versions = await planned(pm, project)
    some = await pm.pm.plan_work.do(plan(milestones=1).work(project, versions), ticket())
    command = plan().work(project, versions)
    assert not await pm.pm.plan_work.find(command)
    made = await pm.pm.plan_work.do(command, ticket(2))
    assert (made.parts["w.1"], made.parts["w.2"]) == (some.parts["w.1"], some.parts["w.2"])
    assert made.parts.keys() >= {"w.1", "w.2", "w.3", "w.4"}
    assert len(await pm.pm.plan_work.find(command)) == 1


async def test_a_probe_names_the_account_and_wants_nothing(pm: PmHarness) -> None:
    await opened(pm)
    probe = await pm.pm.probe()
    assert probe.account
    assert probe.identity
    assert probe.problems == ()


# -------------------------------------------------------------------- faults


async def test_a_project_whose_answer_is_lost_is_found_exactly_once(pm: PmHarness) -> None:
    opening = plan().opening()
    async with pm.with_fault(Fault.LOST_REPLY) as roles:
        with pytest.raises(Uncertain):
            await role(roles).open_project.do(opening, ticket())
    (found,) = await pm.pm.open_project.find(opening)
    assert await pm.pm.open_project.do(opening, ticket(2)) == found


@pytest.mark.parametrize("name", PARTS)
async def test_a_part_whose_answer_is_lost_is_made_exactly_once(pm: PmHarness, name: str) -> None:
    command, change = await ready(pm, name), part(pm.pm, name)
    async with pm.with_fault(Fault.LOST_REPLY) as roles:
        with pytest.raises(Uncertain):
            await part(role(roles), name).do(command, ticket())
    found = await change.find(command)
    made = found[0] if found else await change.do(command, ticket(2))
    assert list(await change.find(command)) in ([made], [])
    assert await change.do(command, ticket(3)) == made


SINCE = datetime(2026, 1, 1, tzinfo=UTC)


READS: dict[str, Callable[[Pm, ExternalId], Awaitable[object]]] = {
    "milestones": lambda pm, project: pm.read_milestones(DEAL, project),
    "project": lambda pm, _: pm.open_project.find(plan().opening()),
    "versions": lambda pm, project: pm.plan_milestones.find(plan().milestone_plan(project)),
    "time": lambda pm, _: pm.time_since(SINCE, knowing()),
    "work": lambda pm, project: pm.plan_work.find(plan().work(project, {})),
    "team": lambda pm, project: pm.staff_project.find(plan(people=PEOPLE).staffing(project)),
    "probe": lambda pm, _: pm.probe(),
    "gone": lambda pm, _: pm.read_milestones(DEAL, NOWHERE),
}


@each_fault
@pytest.mark.parametrize("read", READS)
async def test_a_fault_is_never_read_as_absence(
    pm: PmHarness, read: str, fault: Fault, failure: type[ConnectorFailure]
) -> None:
    project = await opened(pm)
    async with pm.with_fault(fault) as roles:
        with pytest.raises(failure):
            await READS[read](role(roles), project)


@each_fault
async def test_a_fault_says_what_can_be_done_and_that_nothing_happened(
    pm: PmHarness, fault: Fault, failure: type[ConnectorFailure]
) -> None:
    async with pm.with_fault(fault) as roles:
        with pytest.raises(failure) as raised:
            await role(roles).open_project.do(plan().opening(), ticket())
    assert bool(raised.value.pause) is (fault is Fault.THROTTLED)
    assert not await pm.pm.open_project.find(plan().opening())
