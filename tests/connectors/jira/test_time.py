"""Time in Jira: the feeds of the whole site, in few calls, whoever made the issue."""

from datetime import UTC, date, datetime, timedelta

from domain.ids import DealId, ExternalId
from tests.contracts.jira import JiraHarness
from tests.contracts.pm_harness import DEAL, opened, plan, planned, ticket
from tests.contracts.test_time import knowing

DAY = date(2026, 12, 8)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


async def with_work(jira: JiraHarness, deal: DealId = DEAL) -> ExternalId:
    project = await opened(jira, deal)
    work = plan(deal).work(project, await planned(jira, project))
    return (await jira.pm.plan_work.do(work, ticket())).parts["w.1"]


async def book_at(jira: JiraHarness, issue: ExternalId, started: str) -> None:
    await jira.write(
        "POST", f"/issue/{issue}/worklog", {"timeSpentSeconds": 5400, "started": started}
    )


async def test_more_worklogs_than_a_page_of_the_feed_are_all_read(jira: JiraHarness) -> None:
    issue = await with_work(jira)
    worklogs = jira.sandbox.apps["jira"].vendor.store.collection("worklogs")
    await book_at(jira, issue, f"{DAY}T09:30:00.000+0100")
    (worklog,) = worklogs.values()
    for number in range(1, 2101):
        same = worklog | {"id": str(90_000 + number), "updated": worklog["updated"] + number // 3}
        worklogs.put(same["id"], same)
    jira.wait_a_minute()
    before = len(await jira.calls())
    found = await jira.pm.time_since(SINCE, knowing())
    assert len({each.id for each in found.entries}) == 2101
    assert (await jira.calls())[before:] == [
        *(3 * ["GET /worklog/updated"]),
        "GET /worklog/deleted",
        *(3 * ["POST /worklog/list"]),
        "POST /issue/bulkfetch",
    ]


async def test_what_one_read_leaves_is_read_by_the_next(jira: JiraHarness) -> None:
    issue = await with_work(jira)
    worklogs = jira.sandbox.apps["jira"].vendor.store.collection("worklogs")
    await book_at(jira, issue, f"{DAY}T09:30:00.000+0100")
    (worklog,) = worklogs.values()
    for number in range(1, 10_501):
        same = worklog | {"id": str(90_000 + number), "updated": worklog["updated"] + number // 20}
        worklogs.put(same["id"], same)
    jira.wait_a_minute()
    first = await jira.pm.time_since(SINCE, knowing())
    second = await jira.pm.time_since(first.until, knowing())
    assert len(first.entries) < 10_501
    assert len({each.id for each in (*first.entries, *second.entries)}) == 10_501


async def test_a_read_costs_as_many_calls_for_three_projects_as_for_one(jira: JiraHarness) -> None:
    for number in range(3):
        issue = await with_work(jira, DealId(f"hubspot:{number}"))
        await book_at(jira, issue, f"{DAY}T09:30:00.000+0100")
    jira.wait_a_minute()
    before = len(await jira.calls())
    assert len((await jira.pm.time_since(SINCE, knowing())).entries) == 3
    assert len(await jira.calls()) - before == 4
    before = len(await jira.calls())
    assert not (await jira.pm.time_since(datetime.now(UTC) + timedelta(hours=1), knowing())).entries
    assert len(await jira.calls()) - before == 2


async def test_time_on_an_issue_that_people_made_belongs_to_no_package(jira: JiraHarness) -> None:
    project = await opened(jira)
    found = await jira.read(f"/project/{project}")
    kind = next(each["id"] for each in found["issueTypes"] if each["hierarchyLevel"] == 0)
    fields = {"project": {"id": project}, "issuetype": {"id": kind}, "summary": "By hand"}
    issue = await jira.write("POST", "/issue", {"fields": fields})
    await book_at(jira, issue["id"], "2026-12-08T23:30:00.000+0100")
    jira.wait_a_minute()
    (entry,) = (await jira.pm.time_since(SINCE, knowing())).entries
    assert (entry.project, entry.work, entry.minutes, entry.day) == (project, "", 90, DAY)
    assert not entry.is_approved


async def test_a_day_is_that_of_the_account_that_asks(jira: JiraHarness) -> None:
    await book_at(jira, await with_work(jira), "2026-12-09T00:30:00.000+0100")
    jira.wait_a_minute()
    (entry,) = (await jira.pm.time_since(SINCE, knowing())).entries
    assert entry.day == date(2026, 12, 9)


async def test_time_that_the_feed_still_hides_is_found_by_the_next_read(jira: JiraHarness) -> None:
    await book_at(jira, await with_work(jira), f"{DAY}T09:30:00.000+0100")
    hidden = await jira.pm.time_since(SINCE, knowing())
    assert (hidden.entries, hidden.until) == ((), SINCE)
    jira.wait_a_minute()
    assert len((await jira.pm.time_since(hidden.until, knowing())).entries) == 1
