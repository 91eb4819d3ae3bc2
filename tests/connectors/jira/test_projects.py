"""Projects: key, charter, milestones, team."""

import pytest

from connectors.jira.models.project import project_key
from domain.ids import DealId, ExternalId
from ports.failures import Rejected
from tests.contracts.jira import JiraHarness
from tests.contracts.pm_harness import DEAL, milestone, opened, plan, planned, ticket
from tests.references import OURS, THEIRS

SOFTWARE = {"projectTypeKey": "software", "leadAccountId": "acc-pm"}
ROLE = "/project/{}/role/10101"


def test_one_deal_has_another_key_in_each_installation() -> None:
    assert project_key(DEAL, OURS) != project_key(DEAL, THEIRS)


@pytest.mark.parametrize("local", ["0", "0065g00000AbCdE", "9007199254740993", "2821109907456"])
def test_any_deal_has_a_key_that_jira_takes(local: str) -> None:
    key = project_key(DealId(f"crm:{local}"), OURS)
    assert key.isalnum()
    assert key.isupper()
    assert 2 < len(key) <= 10
    assert key != project_key(DealId(f"crm:{local}1"), OURS)


async def test_a_project_says_whose_it_is_before_its_charter_is_written(jira: JiraHarness) -> None:
    made = await jira.pm.open_project.do(plan().opening(), ticket())
    project = await jira.read(f"/project/{made.id}")
    assert project["key"] == project_key(DEAL, OURS) == made.parts["key"]
    assert project["name"] == f"Pump monitoring ({project['key']})"
    assert project["url"] == plan().url
    assert project["lead"]["accountId"] == "acc-cashward"
    assert made.url == f"{jira.url}/browse/{project['key']}"


async def test_a_key_in_use_by_another_is_refused_with_a_way_out(jira: JiraHarness) -> None:
    taken = {"key": project_key(DEAL, OURS), "name": "Somebody else's", **SOFTWARE}
    await jira.write("POST", "/project", taken)
    with pytest.raises(Rejected, match=r"rename that one, or delete it for good"):
        await jira.pm.open_project.do(plan().opening(), ticket())
    assert not await jira.pm.open_project.find(plan().opening())


async def test_a_project_of_another_deal_is_not_ours_whatever_its_link_says(
    jira: JiraHarness,
) -> None:
    taken = {"key": project_key(DEAL, OURS), "name": "Copied", "url": plan().url, **SOFTWARE}
    made = await jira.write("POST", "/project", taken)
    await jira.write(
        "PUT", f"/project/{made['id']}/properties/cashward", {"reference": OURS.of("hubspot:9")}
    )
    assert not await jira.pm.open_project.find(plan().opening())


async def test_a_project_in_the_trash_keeps_its_key(jira: JiraHarness) -> None:
    opening = plan().opening()
    await jira.pm.open_project.undo(opening, await jira.pm.open_project.do(opening, ticket()))
    with pytest.raises(Rejected, match="maybe in the trash"):
        await jira.pm.open_project.do(opening, ticket(2))


async def test_a_long_name_is_cut_and_keeps_its_key(jira: JiraHarness) -> None:
    opening = plan().model_copy(update={"name": "Pumps\n" * 40}).opening()
    made = await jira.pm.open_project.do(opening, ticket())
    name = (await jira.read(f"/project/{made.id}"))["name"]
    assert name.endswith(f"({made.parts['key']})")
    assert name.startswith("Pumps Pumps")


async def test_a_charter_is_exact_for_machines_and_plain_for_people(jira: JiraHarness) -> None:
    project = await opened(jira)
    await jira.pm.write_charter.do(plan(people=("acc-pm",)).charter(project), ticket())
    value = (await jira.read(f"/project/{project}/properties/cashward"))["value"]
    assert (value["deal"], value["status"], value["start"]) == (DEAL, "open", "2026-12-07")
    budget = {"costType": "labour", "hours": "100", "amount": "9500.10", "currency": "EUR"}
    assert value["budget"] == [budget]
    assert value["sla"] == [{"metric": "response P1", "target": "4 h", "penalty": ""}]
    assert value["stakeholders"] == [{"role": "sponsor", "contact": "1"}]
    words = (await jira.read(f"/project/{project}"))["description"]
    assert "Sensors on twelve pumps.\nTraining of six users." in words
    assert "Budget: labour 9,500.10 EUR (100 h)." in words
    assert await jira.pm.open_project.find(plan().opening())


async def test_a_closed_charter_says_so(jira: JiraHarness) -> None:
    project = await opened(jira)
    await jira.pm.write_charter.do(plan().charter(project), ticket())
    await jira.pm.write_charter.do(plan().charter(project, is_closed=True), ticket())
    value = (await jira.read(f"/project/{project}/properties/cashward"))["value"]
    assert value["status"] == "closed"
    assert (await jira.read(f"/project/{project}"))["description"].startswith("CLOSED")


async def test_a_milestone_is_a_version_with_our_mark(jira: JiraHarness) -> None:
    project = await opened(jira)
    await planned(jira, project, milestones=1)
    (version,) = await jira.versions(project)
    assert version["name"] == "Milestone 1"
    assert version["description"] == f"cw:acme:{DEAL}:part-1"
    assert (version["startDate"], version["releaseDate"]) == ("2026-12-07", "2027-01-04")


async def test_milestones_are_known_by_our_mark_whatever_people_call_them(
    jira: JiraHarness,
) -> None:
    project = await opened(jira)
    versions = await planned(jira, project)
    renamed = {"name": "Renamed", "description": f"Pumps first! cw:acme:{DEAL}:part-1 (agreed)"}
    await jira.write("PUT", f"/version/{versions['part-1']}", renamed)
    await jira.write("POST", "/version", {"name": "By hand", "projectId": int(project)})
    again = await jira.pm.plan_milestones.do(plan().milestone_plan(project), ticket(2))
    assert again.parts == versions
    milestones = await jira.pm.read_milestones(DEAL, project)
    assert [each.milestone for each in milestones] == ["part-1", "part-2"]
    assert not await jira.pm.read_milestones(DealId("hubspot:5123000001"), project)


async def test_milestones_of_one_name_are_distinguished(jira: JiraHarness) -> None:
    project = await opened(jira)
    named = (milestone(1, "Payment"), milestone(2, "payment "), milestone(3, "Go-live"))
    command = plan().model_copy(update={"milestones": named}).milestone_plan(project)
    await jira.pm.plan_milestones.do(command, ticket())
    names = {version["name"] for version in await jira.versions(project)}
    assert names == {"Payment (part-1)", "payment (part-2)", "Go-live"}


async def test_a_version_that_people_made_is_not_taken_for_ours(jira: JiraHarness) -> None:
    project = await opened(jira)
    await jira.write("POST", "/version", {"name": "Milestone 1", "projectId": int(project)})
    with pytest.raises(Rejected, match="rename it there"):
        await planned(jira, project, milestones=1)


async def test_a_member_who_is_in_already_keeps_nobody_out(jira: JiraHarness) -> None:
    project = await opened(jira)
    await jira.write("POST", ROLE.format(project), {"user": ["acc-developer"]})
    command = plan(people=("acc-consultant", "acc-developer")).staffing(project)
    assert not await jira.pm.staff_project.find(command)
    await jira.pm.staff_project.do(command, ticket())
    assert await _members(jira, project) == ["acc-consultant", "acc-developer"]
    assert len(await jira.pm.staff_project.find(command)) == 1


async def test_a_stranger_on_the_team_is_refused_and_named(jira: JiraHarness) -> None:
    project = await opened(jira)
    command = plan(people=("acc-consultant", "acc-nobody")).staffing(project)
    with pytest.raises(Rejected, match="acc-nobody"):
        await jira.pm.staff_project.do(command, ticket())
    assert await _members(jira, project) == []


async def test_no_team_is_no_call(jira: JiraHarness) -> None:
    project = await opened(jira)
    before = len(await jira.calls())
    command = plan().staffing(project)
    made = await jira.pm.staff_project.do(command, ticket())
    assert await jira.pm.staff_project.find(command) == (made,)
    assert len(await jira.calls()) == before


async def test_a_missing_role_is_reported_with_those_that_exist(jira: JiraHarness) -> None:
    project = await opened(jira)
    async with jira.opened(team_role="Pilots") as roles:
        assert roles.pm
        with pytest.raises(Rejected, match="one of Administrators, Member, Viewer"):
            await roles.pm.staff_project.do(plan(people=("acc-pm",)).staffing(project), ticket())


async def _members(jira: JiraHarness, project: ExternalId) -> list[str]:
    role = await jira.read(ROLE.format(project))
    return sorted(actor["actorUser"]["accountId"] for actor in role["actors"])
