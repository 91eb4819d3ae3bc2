"""Time in Jira: the worklogs of every issue, however many, whoever made it."""

from datetime import date
from decimal import Decimal

from tests.contracts.jira import JiraHarness
from tests.contracts.pm_harness import DEAL, opened, plan, planned, ticket

DAY = date(2026, 12, 8)


async def test_more_worklogs_than_an_issue_shows_are_all_read(jira: JiraHarness) -> None:
    project = await opened(jira)
    versions = await planned(jira, project)
    await jira.pm.plan_work.do(plan().work(project, versions), ticket())
    for number in range(23):
        if number == 20:  # as many writes as Jira lets an issue have in two seconds
            jira.sandbox.apps["jira"].vendor.clock.advance(2)
        await jira.book(project, "w.1", Decimal("0.5"), DAY)
    entries = await jira.pm.read_time(DEAL, project)
    assert len({each.id for each in entries}) == 23
    assert sum(each.hours for each in entries) == Decimal("11.5")
    assert not any(each.is_approved for each in entries)


async def test_time_on_an_issue_that_people_made_belongs_to_no_package(jira: JiraHarness) -> None:
    project = await opened(jira)
    found = await jira.read(f"/project/{project}")
    kind = next(each["id"] for each in found["issueTypes"] if each["hierarchyLevel"] == 0)
    fields = {"project": {"id": project}, "issuetype": {"id": kind}, "summary": "By hand"}
    issue = await jira.write("POST", "/issue", {"fields": fields})
    booked = {"timeSpentSeconds": 5400, "started": "2026-12-08T23:30:00.000+0100"}
    await jira.write("POST", f"/issue/{issue['id']}/worklog", booked)
    (entry,) = await jira.pm.read_time(DEAL, project)
    assert (entry.package, entry.hours, entry.day) == ("", Decimal("1.5"), DAY)


async def test_a_day_is_that_of_the_account_that_asks(jira: JiraHarness) -> None:
    project = await opened(jira)
    versions = await planned(jira, project)
    made = await jira.pm.plan_work.do(plan().work(project, versions), ticket())
    early = {"timeSpentSeconds": 3600, "started": "2026-12-09T00:30:00.000+0100"}
    await jira.write("POST", f"/issue/{made.parts['w.1']}/worklog", early)
    (entry,) = await jira.pm.read_time(DEAL, project)
    assert (entry.hours, entry.day) == (Decimal(1), date(2026, 12, 9))
