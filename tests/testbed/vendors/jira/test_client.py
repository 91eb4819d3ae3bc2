"""The public client `jira` does at this site what our connector does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import pytest
from jira import JIRA
from jira.exceptions import JIRAError
from jira.resources import Project

from tests.testbed.vendors.jira.conftest import KANBAN, Site

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


async def test_it_reads_its_user_and_its_permissions(jira: JIRA) -> None:
    assert await act(jira.current_user) == "acc-cashward"
    granted = await act(jira.my_permissions, permissions="ADMINISTER")
    assert granted["permissions"]["ADMINISTER"]["havePermission"]


async def test_it_makes_and_deletes_a_project(jira: JIRA, project: Project) -> None:
    assert (project.key, project.name, project.lead.accountId) == ("ACM7", "Acme", "acc-pm")
    assert [kind.name for kind in project.issueTypes] == ["Epic", "Story", "Task", "Sub-task"]
    assert await act(jira.delete_project, "ACM7", enable_undo=True)
    with pytest.raises(JIRAError, match="No project could be found"):
        await act(jira.project, "ACM7")


async def test_it_plans_and_releases_a_milestone(jira: JIRA, project: Project) -> None:
    version = await act(jira.create_version, "M1 Go-live", project, releaseDate="2027-01-31")
    await act(version.update, released=True)
    (again,) = await act(jira.project_versions, project)
    assert (again.name, again.released, again.releaseDate) == ("M1 Go-live", True, "2027-01-31")


@pytest.mark.usefixtures("project")
async def test_it_tells_the_failed_rows_of_a_bulk(jira: JIRA) -> None:
    place = {"project": "ACM7", "issuetype": {"name": "Task"}}
    rows = [{**place, "summary": text} for text in ("One", "", "Three")]
    made = await act(jira.create_issues, rows)
    assert [one["status"] for one in made] == ["Success", "Error", "Success"]
    assert made[1]["error"] == {"summary": "You must specify a summary of the issue."}
    assert made[2]["issue"].fields.summary == "Three"


@pytest.mark.usefixtures("project")
async def test_it_edits_deletes_and_books_time_on_an_issue(jira: JIRA) -> None:
    fields = {"project": "ACM7", "issuetype": {"name": "Story"}, "summary": "Data migration"}
    estimate = {"timetracking": {"originalEstimate": "4h"}}
    issue = await act(jira.create_issue, fields={**fields, **estimate})
    await act(issue.update, summary="Data moved")
    worklog = await act(jira.add_worklog, issue, timeSpent="1h 30m")
    read = await act(jira.issue, issue.key)
    assert read.fields.summary == "Data moved"
    assert read.fields.timetracking.remainingEstimateSeconds == 9000
    assert [one.id for one in await act(jira.worklogs, issue)] == [worklog.id]
    await act(issue.delete)
    with pytest.raises(JIRAError, match="Issue does not exist"):
        await act(jira.issue, issue.key)


async def test_it_staffs_a_role_with_each_person_once(jira: JIRA, project: Project) -> None:
    roles = await act(jira.project_roles, project)
    role = await act(jira.project_role, project, roles["Member"]["id"])
    await act(role.add_user, users=["acc-consultant"])
    again = await act(jira.project_role, project, roles["Member"]["id"])
    assert [actor.actorUser.accountId for actor in again.actors] == ["acc-consultant"]
    with pytest.raises(JIRAError, match="already a member"):
        await act(role.add_user, users=["acc-consultant"])
