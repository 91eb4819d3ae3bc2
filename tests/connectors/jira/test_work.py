"""The work breakdown: made in bulks, found by key, completed, and swept of duplicates."""

from typing import Any

import pytest

from domain.ids import ExternalId
from domain.project import PlanWork
from ports.failures import Rejected, Uncertain
from tests.contracts.jira import REST, JiraHarness
from tests.contracts.pm_harness import DEAL, opened, package, plan, planned, ticket
from tests.references import OURS

BULK, FETCH = "POST /issue/bulk", "POST /issue/bulkfetch"
AGILE = {"template": "com.pyxis.greenhopper.jira:gh-simplified-agility-kanban"}
NO_EPICS = {
    "project_type": "business",
    "template": ("com.atlassian.jira-core-project-templates:jira-core-simplified-task-tracking"),
}


async def work_in(jira: JiraHarness, milestones: int = 2) -> PlanWork:
    project = await opened(jira)
    return plan(milestones=milestones).work(project, await planned(jira, project, milestones))


async def work_of(jira: JiraHarness, defaults: dict[str, str]) -> PlanWork:
    """Work in a project of another template."""
    async with jira.opened(**defaults) as roles:
        assert roles.pm
        project = (await roles.pm.open_project.do(plan().opening(), ticket())).id
    return plan().work(project, await planned(jira, project))


async def by_hand(jira: JiraHarness, project: str, number: int) -> None:
    fields = {"project": {"id": project}, "issuetype": {"name": "Task"}, "summary": "By hand"}
    for start in range(0, number, 50):
        rows = [{"fields": fields}] * min(50, number - start)
        await jira.write("POST", "/issue/bulk", {"issueUpdates": rows})


def keyed(issues: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the fields of our issues by our keys."""
    ours = (issue for issue in issues if issue["properties"])
    prefix = OURS.of(f"{DEAL}:")
    return {
        issue["properties"]["cashward"]["reference"].removeprefix(prefix): issue["fields"]
        for issue in ours
    }


async def test_a_milestone_is_an_epic_and_its_packages_hang_below(jira: JiraHarness) -> None:
    command = await work_in(jira)
    made = await jira.pm.plan_work.do(command, ticket())
    fields = keyed(await jira.issues(command.project))
    assert {name: f["issuetype"]["hierarchyLevel"] for name, f in fields.items()} == {
        "part-1": 1,
        "part-2": 1,
        **dict.fromkeys(("w.1", "w.2", "w.3", "w.4"), 0),
    }
    assert fields["w.3"]["parent"]["id"] == made.parts["part-2"]
    assert fields["w.3"]["fixVersions"][0]["id"] == command.versions["part-2"]
    assert fields["w.3"]["timeoriginalestimate"] == 12.25 * 3600
    assert fields["part-2"]["duedate"] == "2027-02-01"


async def test_many_packages_go_in_few_bulks(jira: JiraHarness) -> None:
    command = await work_in(jira, milestones=40)
    before = len(await jira.calls())
    made = await jira.pm.plan_work.do(command, ticket())
    assert (await jira.calls())[before:] == ["GET /project/{project}", BULK, BULK, BULK]
    assert len(made.parts) == 120
    (found,) = await jira.pm.plan_work.find(command)
    assert found == made


async def test_a_look_at_a_small_project_is_one_fetch(jira: JiraHarness) -> None:
    command = await work_in(jira)
    await jira.pm.plan_work.do(command, ticket())
    before = len(await jira.calls())
    assert await jira.pm.plan_work.find(command)
    assert (await jira.calls())[before:] == ["GET /project/{project}", FETCH]


async def test_work_is_found_behind_any_number_of_issues_of_others(jira: JiraHarness) -> None:
    command = await work_in(jira)
    await by_hand(jira, command.project, 130)
    made = await jira.pm.plan_work.do(command, ticket())
    assert list(await jira.pm.plan_work.find(command)) == [made]


async def test_what_lost_attempts_left_is_found_and_swept(jira: JiraHarness) -> None:
    command = await work_in(jira)
    first = await jira.pm.plan_work.do(command, ticket())
    await jira.pm.plan_work.do(command, ticket())
    elected, *strays = await jira.pm.plan_work.find(command)
    assert elected == first
    assert len(strays) == 6
    for stray in strays:
        await jira.pm.plan_work.undo(command, stray)
    left = {issue["id"] for issue in await jira.issues(command.project)}
    assert left == set(first.parts.values())
    assert list(await jira.pm.plan_work.find(command)) == [first]


async def test_a_refused_row_is_reported_and_the_others_are_kept(jira: JiraHarness) -> None:
    command = await work_in(jira)
    broken = command.packages[0].model_copy(update={"name": " "})
    partly = command.model_copy(update={"packages": (broken, *command.packages[1:])})
    with pytest.raises(Rejected, match="summary"):
        await jira.pm.plan_work.do(partly, ticket())
    assert len(await jira.issues(command.project)) == 5
    made = await jira.pm.plan_work.do(command, ticket(2))
    assert len(await jira.issues(command.project)) == 6
    assert list(await jira.pm.plan_work.find(command)) == [made]


async def test_a_bulk_that_makes_nothing_is_reported(jira: JiraHarness) -> None:
    command = await work_in(jira)
    unknown = command.model_copy(update={"versions": {"part-1": "1", "part-2": "2"}})
    with pytest.raises(Rejected, match="fixVersions"):
        await jira.pm.plan_work.do(unknown, ticket())
    assert not await jira.issues(command.project)


async def test_a_lost_bulk_of_packages_is_completed(jira: JiraHarness) -> None:
    command = await work_in(jira, milestones=30)
    lost = {
        "operation": f"POST {REST}/issue/bulk",
        "key": OURS.of(f"{DEAL}:w.51"),
        "kind": "error_before",
    }
    await jira.spoil(lost)
    with pytest.raises(Uncertain, match="500"):
        await jira.pm.plan_work.do(command, ticket())
    assert not await jira.pm.plan_work.find(command)
    made = await jira.pm.plan_work.do(command, ticket(2))
    assert len(made.parts) == 90
    assert list(await jira.pm.plan_work.find(command)) == [made]


async def test_a_project_without_epics_has_tasks_and_sub_tasks(jira: JiraHarness) -> None:
    command = await work_of(jira, NO_EPICS)
    made = await jira.pm.plan_work.do(command, ticket())
    fields = keyed(await jira.issues(command.project))
    assert fields["part-1"]["issuetype"]["hierarchyLevel"] == 0
    assert fields["w.1"]["issuetype"]["subtask"]
    assert fields["w.1"]["parent"]["id"] == made.parts["part-1"]
    await jira.pm.plan_work.undo(command, made)
    assert not await jira.issues(command.project)


async def test_a_screen_without_estimates_does_not_stop_the_work(jira: JiraHarness) -> None:
    command = await work_of(jira, AGILE)
    made = await jira.pm.plan_work.do(command, ticket())
    assert made.parts.keys() == {"part-1", "part-2", "w.1", "w.2", "w.3", "w.4"}
    issues = await jira.issues(command.project)
    hours = [issue["properties"]["cashward"].get("hours") for issue in issues]
    assert hours == [None, None, "12.25", "12.25", "12.25", "12.25"]


async def test_work_without_hours_has_no_estimate(jira: JiraHarness) -> None:
    command = await work_in(jira, milestones=1)
    idle = package(1, 1).model_copy(update={"hours": 0})
    await jira.pm.plan_work.do(command.model_copy(update={"packages": (idle,)}), ticket())
    fields = keyed(await jira.issues(ExternalId(command.project)))
    assert fields["w.1"]["timeoriginalestimate"] is None
