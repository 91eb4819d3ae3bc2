"""What the PyPI client `jira` does with a real site, it does with this one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import pytest
from jira import JIRA
from jira.exceptions import JIRAError
from jira.resources import Issue, Project

from tests.testbed.vendors.jira.conftest import KANBAN, Site, paragraph

T = TypeVar("T")


async def act(call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    return await asyncio.to_thread(call, *args, **kwargs)


@pytest.fixture
async def jira(site: Site) -> AsyncIterator[JIRA]:
    async with site.client() as client:
        yield client


@pytest.fixture
async def project(jira: JIRA) -> Project:
    await act(jira.create_project, "ACM7", "Acme", assignee="acc-pm", template_name=KANBAN)
    return await act(jira.project, "ACM7")


async def story(jira: JIRA, summary: str = "Data migration", **more: Any) -> Issue:
    fields = {"project": "ACM7", "summary": summary, "issuetype": {"name": "Story"}, **more}
    return await act(jira.create_issue, fields=fields)


async def test_it_knows_itself_and_its_site(jira: JIRA) -> None:
    assert await act(jira.current_user) == "acc-cashward"
    assert (await act(jira.server_info))["deploymentType"] == "Cloud"
    assert (await act(jira.my_permissions, permissions="ADMINISTER"))["permissions"]["ADMINISTER"][
        "havePermission"
    ]


async def test_it_makes_reads_and_trashes_a_project(jira: JIRA, project: Project) -> None:
    assert (project.key, project.name, project.lead.accountId) == ("ACM7", "Acme", "acc-pm")
    assert [kind.name for kind in project.issueTypes][:2] == ["Epic", "Story"]
    assert await act(jira.delete_project, "ACM7", enable_undo=True)
    with pytest.raises(JIRAError, match="No project could be found"):
        await act(jira.project, "ACM7")


async def test_it_plans_and_releases_a_milestone(jira: JIRA, project: Project) -> None:
    version = await act(jira.create_version, "M1 Go-live", project, releaseDate="2027-01-31")
    await act(version.update, released=True)
    again = await act(jira.project_versions, project)
    assert [(one.name, one.released, one.releaseDate) for one in again] == [
        ("M1 Go-live", True, "2027-01-31")
    ]
    await act(version.delete)
    assert await act(jira.project_versions, project) == []


@pytest.mark.usefixtures("project")
async def test_it_makes_an_issue_and_edits_it(jira: JIRA) -> None:
    epic = await story(jira, "Rollout", issuetype={"name": "Epic"})
    issue = await story(
        jira, parent={"key": epic.key}, timetracking={"originalEstimate": "1200m"}, labels=["cw-1"]
    )
    await act(issue.update, summary="Data moved", description="As agreed.")
    await act(issue.add_field_value, "labels", "urgent")
    read = await act(jira.issue, issue.key)
    assert read.fields.summary == "Data moved"
    assert read.fields.description == "As agreed."
    assert read.fields.labels == ["cw-1", "urgent"]
    assert read.fields.parent.key == epic.key
    assert read.fields.timetracking.originalEstimateSeconds == 72_000


@pytest.mark.usefixtures("project")
async def test_it_tells_which_rows_of_a_batch_failed(jira: JIRA) -> None:
    place = {"project": "ACM7", "issuetype": {"name": "Task"}}
    rows = [{**place, "summary": "One"}, {**place, "summary": ""}, {**place, "summary": "Three"}]
    made = await act(jira.create_issues, rows)
    assert [one["status"] for one in made] == ["Success", "Error", "Success"]
    assert made[1]["error"] == {"summary": "You must specify a summary of the issue."}
    assert made[2]["issue"].fields.summary == "Three"


@pytest.mark.usefixtures("project")
async def test_it_moves_an_issue_by_the_name_of_the_transition(jira: JIRA) -> None:
    issue = await story(jira)
    assert "Done" in [one["name"] for one in await act(jira.transitions, issue)]
    await act(jira.transition_issue, issue, "Done")
    read = await act(jira.issue, issue.key, expand="changelog")
    assert read.fields.status.statusCategory.key == "done"
    assert read.raw["fields"]["resolution"]["name"] == "Done"
    moved = [item for entry in read.changelog.histories for item in entry.items]
    assert ("Backlog", "Done") in [(item.fromString, item.toString) for item in moved]


@pytest.mark.usefixtures("project")
async def test_it_books_time(jira: JIRA) -> None:
    issue = await story(jira, timetracking={"originalEstimate": "4h"})
    worklog = await act(jira.add_worklog, issue, timeSpent="1h 30m", comment="On site")
    assert (worklog.timeSpentSeconds, worklog.comment) == (5400, "On site")
    assert [one.id for one in await act(jira.worklogs, issue)] == [worklog.id]
    read = await act(jira.issue, issue.key)
    assert read.fields.timetracking.remainingEstimateSeconds == 9000
    await act(worklog.delete)
    assert await act(jira.worklogs, issue) == []


@pytest.mark.filterwarnings("ignore:Unable to gather applicationlinks")
@pytest.mark.usefixtures("project")
async def test_it_links_issues_and_the_world_outside(jira: JIRA) -> None:
    first, second = await story(jira, "First"), await story(jira, "Second")
    await act(jira.create_issue_link, "Blocks", first.key, second.key)
    link = (await act(jira.issue, second.key)).fields.issuelinks[0]
    assert link.inwardIssue.key == first.key
    deal = {"url": "https://crm.example/deals/1", "title": "Deal 1"}
    made = await act(jira.add_remote_link, first, deal, globalId="cashward:deal:1")
    assert [one.id for one in await act(jira.remote_links, first)] == [made.id]
    await act(link.delete)
    assert (await act(jira.issue, second.key)).fields.issuelinks == []


async def test_it_staffs_a_role(jira: JIRA, project: Project) -> None:
    roles = await act(jira.project_roles, project)
    role = await act(jira.project_role, project, roles["Member"]["id"])
    await act(role.add_user, users=["acc-consultant"])
    again = await act(jira.project_role, project, roles["Member"]["id"])
    assert [actor.actorUser.accountId for actor in again.actors] == ["acc-consultant"]
    with pytest.raises(JIRAError, match="already a member"):
        await act(role.add_user, users=["acc-consultant"])


@pytest.mark.usefixtures("project")
async def test_it_finds_every_issue_page_by_page(jira: JIRA) -> None:
    place = {"project": "ACM7", "issuetype": {"name": "Task"}}
    for batch in range(3):
        rows = [{**place, "summary": f"Task {batch}-{number}"} for number in range(50)]
        await act(jira.create_issues, rows, prefetch=False)
    for post in (False, True):
        found = await act(
            jira.enhanced_search_issues,
            'project = "ACM7" ORDER BY key ASC',
            maxResults=0,
            use_post=post,
        )
        assert [issue.key for issue in found] == [f"ACM7-{n}" for n in range(1, 151)]
    assert await act(jira.approximate_issue_count, "project = ACM7") == 150


@pytest.mark.usefixtures("project")
async def test_it_assigns_watches_and_comments(jira: JIRA) -> None:
    issue = await story(jira)
    await act(jira.assign_issue, issue, "acc-developer")
    await act(jira.add_watcher, issue, "acc-designer")
    await act(jira.add_comment, issue, "Started")
    read = await act(jira.issue, issue.key)
    assert read.raw["fields"]["assignee"]["accountId"] == "acc-developer"
    assert "acc-designer" in [w.accountId for w in (await act(jira.watchers, issue)).watchers]
    assert [comment.body for comment in await act(jira.comments, issue)] == ["Started"]


@pytest.mark.usefixtures("project")
async def test_it_speaks_the_third_version_too(site: Site) -> None:
    async with site.client(rest_api_version="3") as client:
        issue = await story(client, description=paragraph("40 MD"))
        read = await act(client.issue, issue.key)
        assert read.raw["fields"]["description"] == paragraph("40 MD")


async def test_it_keeps_properties_and_components(jira: JIRA, project: Project) -> None:
    issue = await story(jira)
    await act(jira.add_issue_property, issue.key, "cashward", {"subject": "w1"})
    kept = await act(jira.issue_property, issue.key, "cashward")
    assert kept.value.subject == "w1"
    component = await act(jira.create_component, "Backend", "ACM7")
    assert [one.id for one in await act(jira.project_components, project)] == [component.id]


@pytest.mark.usefixtures("project")
async def test_it_finds_people(jira: JIRA) -> None:
    found = await act(jira.search_users, query="pm@lowfold.example")
    assert [user.accountId for user in found] == ["acc-pm"]
    able = await act(jira.search_assignable_users_for_issues, query="dev", project="ACM7")
    assert [user.accountId for user in able] == ["acc-developer"]
