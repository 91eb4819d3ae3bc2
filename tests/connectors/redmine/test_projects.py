"""Projects: identifier, charter, closing, team."""

import re

import pytest

from connectors.redmine.models.project import identifier
from domain.effect import Receipt
from domain.project import TeamMember
from ports.failures import Absent, Rejected
from tests.connectors.redmine.sql import ask
from tests.contracts.pm_harness import DEAL, milestone, opened, plan, planned, ticket
from tests.contracts.redmine import RedmineHarness
from tests.references import OURS

PANEL = "/projects/{}/wiki/Customer_panel"


@pytest.mark.parametrize(
    ("deal", "expected"),
    [
        ("hubspot:51230000017", "cw-acme-hubspot-51230000017"),
        ("bottlecrm:550e8400-e29b-41d4", "cw-acme-bottlecrm-550e8400-e29b-41d4"),
    ],
)
def test_an_identifier_is_the_deal(deal: str, expected: str) -> None:
    assert identifier(OURS.of(deal)) == expected


@pytest.mark.parametrize(
    "deal", ["crm:0065gAbC", "crm:0065gabc", "crm:a b", "crm:a_b", "c:" + "x" * 99]
)
def test_any_deal_has_an_identifier_of_its_own(deal: str) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9-]{2,99}", identifier(OURS.of(deal)))
    assert identifier(OURS.of(deal)) != identifier(OURS.of(deal.replace(" ", "-") + "1"))
    assert identifier(OURS.of("crm:A")) != identifier(OURS.of("crm:a"))


@pytest.mark.real
async def test_an_identifier_of_another_is_refused_with_a_way_out(redmine: RedmineHarness) -> None:
    theirs = {"name": "Somebody else's", "identifier": identifier(OURS.of(DEAL))}
    await redmine.write("POST", "/projects", {"project": theirs})
    with pytest.raises(Rejected, match="rename or delete it"):
        await redmine.pm.open_project.do(plan().opening(), ticket())
    assert not await redmine.pm.open_project.find(plan().opening())


@pytest.mark.real
async def test_an_empty_project_goes_and_one_with_work_is_archived(redmine: RedmineHarness) -> None:
    opening = plan().opening()
    empty = await redmine.pm.open_project.do(opening, ticket())
    await redmine.pm.open_project.undo(opening, empty)
    assert await ask(redmine, "SELECT count(*) FROM projects") == [(0,)]
    full = await redmine.pm.open_project.do(opening, ticket(2))
    await planned(redmine, full.id)
    for _ in range(2):
        await redmine.pm.open_project.undo(opening, full)
    assert await ask(redmine, "SELECT status FROM projects") == [(9,)]
    assert not await redmine.pm.open_project.find(opening)
    with pytest.raises(Absent):
        await redmine.pm.read_milestones(DEAL, full.id)


@pytest.mark.real
async def test_a_panel_shows_terms_and_no_personal_data(redmine: RedmineHarness) -> None:
    project = await opened(redmine)
    team = (TeamMember(role="lead", person="7"),)
    charter = plan().model_copy(update={"team": team}).charter(project)
    await redmine.pm.write_charter.do(charter, ticket())
    text = (await redmine.read(PANEL.format(project)))["wiki_page"]["text"]
    for words in (
        "*Contract terms*, from 2026-12-07 to 2027-03-26",
        "Sensors on twelve pumps.\nTraining of six users.",
        "* response P1: 4 h",
        "* labour: 9,500.10 EUR, 100 h",
        "* sponsor: CRM contact 1",
        "* lead: 7",
    ):
        assert words in text
    assert "@" not in text


@pytest.mark.real
async def test_a_closing_charter_closes_the_project_and_what_is_in_it_stays_readable(
    redmine: RedmineHarness,
) -> None:
    project = await opened(redmine)
    await planned(redmine, project)
    await redmine.pm.write_charter.do(plan().charter(project), ticket())
    closing = plan().charter(project, is_closed=True)
    for attempt in (1, 2):
        await redmine.pm.write_charter.do(closing, ticket(attempt))
    assert (await redmine.read(f"/projects/{project}"))["project"]["status"] == 5
    assert (await redmine.read(PANEL.format(project)))["wiki_page"]["text"].startswith("*CLOSED")
    assert len(await redmine.pm.read_milestones(DEAL, project)) == 2
    assert await redmine.pm.open_project.find(plan().opening())
    with pytest.raises(Rejected, match="is closed: reopen it"):
        await redmine.pm.write_charter.do(plan().charter(project), ticket())
    with pytest.raises(Rejected, match="is closed: reopen it"):
        await redmine.pm.plan_milestones.do(plan(milestones=3).milestone_plan(project), ticket(2))
    await redmine.pm.write_charter.undo(closing, Receipt(id=project))
    assert (await redmine.read(f"/projects/{project}"))["project"]["status"] == 1


@pytest.mark.real
async def test_a_lead_manages_and_others_develop(redmine: RedmineHarness) -> None:
    project, people = await opened(redmine), redmine.system.place.credentials
    team = (
        TeamMember(role="lead", person=people["lead"]),
        TeamMember(role="developer", person="developer"),
    )
    staffing = plan().model_copy(update={"team": team}).staffing(project)
    await redmine.pm.staff_project.do(staffing, ticket())
    members = (await redmine.read(f"/projects/{project}/memberships"))["memberships"]
    roles = {str(each["user"]["id"]): each["roles"][0]["name"] for each in members}
    assert roles == {people["lead"]: "Manager", people["developer"]: "Developer"}


@pytest.mark.real
async def test_milestones_of_one_name_are_distinguished(redmine: RedmineHarness) -> None:
    project = await opened(redmine)
    named = (
        milestone(1, "Delivery " * 9),
        milestone(2, "Delivery " * 9),
        milestone(3, "Other"),
    )
    milestones = plan().model_copy(update={"milestones": named}).milestone_plan(project)
    made = await redmine.pm.plan_milestones.do(milestones, ticket())
    names = await ask(redmine, "SELECT name FROM versions ORDER BY id")
    assert [name[-8:] for (name,) in names] == ["(part-1)", "(part-2)", "Other"]
    assert len(set(made.parts.values())) == 3


@pytest.mark.real
async def test_a_milestone_that_work_is_planned_for_is_not_deleted(redmine: RedmineHarness) -> None:
    project = await opened(redmine)
    milestones = plan().milestone_plan(project)
    made = await redmine.pm.plan_milestones.do(milestones, ticket())
    await redmine.pm.plan_work.do(plan().work(project, dict(made.parts)), ticket())
    with pytest.raises(Rejected, match="has issues: plan them for another"):
        await redmine.pm.plan_milestones.undo(milestones, made)
    assert len(await redmine.pm.read_milestones(DEAL, project)) == 2
