"""Worklogs and their feeds: nothing is told twice, nothing is lost, the last minute is hidden."""

from typing import Any

import pytest

from tests.testbed.vendors.jira.conftest import Open, Site

STARTED = "2026-11-24T09:00:00.000+0000"


@pytest.fixture
async def issue(site: Site) -> dict[str, Any]:
    await site.project()
    return await site.issue(timetracking={"originalEstimate": "2h"})


async def book(site: Site, seconds: int = 3600, **more: object) -> dict[str, Any]:
    body = {"timeSpentSeconds": seconds, "started": STARTED, **more}
    return await site.made("/issue/ACM7-1/worklog", body)


async def test_a_booking_takes_from_what_remains(site: Site, issue: dict[str, Any]) -> None:
    worklog = await book(site, 5400)
    assert (worklog["timeSpent"], worklog["issueId"]) == ("1h 30m", issue["id"])
    read = (await site.http("GET", "/issue/ACM7-1")).json()["fields"]["timetracking"]
    assert (read["timeSpentSeconds"], read["remainingEstimateSeconds"]) == (5400, 1800)
    await site.http("PUT", f"/issue/ACM7-1/worklog/{worklog['id']}", {"timeSpentSeconds": 3600})
    await site.http("DELETE", f"/issue/ACM7-1/worklog/{worklog['id']}")
    read = (await site.http("GET", "/issue/ACM7-1")).json()["fields"]["timetracking"]
    assert "timeSpentSeconds" not in read
    assert read["remainingEstimateSeconds"] == 7200


@pytest.mark.parametrize("started", ["2026-11-24T09:00:00.000Z", "2026-11-24", "soon"])
@pytest.mark.usefixtures("issue")
async def test_a_start_must_be_written_as_jira_writes_it(site: Site, started: str) -> None:
    body = {"timeSpentSeconds": 3600, "started": started}
    assert (await site.http("POST", "/issue/ACM7-1/worklog", body)).status_code == 400
    assert site.count("worklogs") == 0


@pytest.mark.usefixtures("issue")
async def test_the_feeds_lead_to_every_worklog(site: Site) -> None:
    mark = [{"key": "cashward", "value": {"subject": "t1"}}]
    first, second = await book(site, properties=mark), await book(site)
    feed = (await site.http("GET", "/worklog/updated?since=0&expand=properties")).json()
    assert [one["worklogId"] for one in feed["values"]] == [int(first["id"]), int(second["id"])]
    assert feed["values"][0]["properties"] == mark
    assert (feed["lastPage"], feed["until"]) == (True, feed["values"][-1]["updatedTime"])
    asked = {"ids": [int(first["id"]), 999]}
    listed = (await site.http("POST", "/worklog/list", asked)).json()
    assert [one["id"] for one in listed] == [first["id"]]
    await site.http("DELETE", f"/issue/ACM7-1/worklog/{first['id']}")
    gone = (await site.http("GET", "/worklog/deleted?since=0")).json()["values"]
    assert [one["worklogId"] for one in gone] == [int(first["id"])]


async def test_the_feed_hides_the_last_minute(open_site: Open) -> None:
    async with open_site(hidden_worklog_seconds=60) as site:
        await site.project()
        await site.issue()
        await book(site)
        assert (await site.http("GET", "/worklog/updated")).json()["values"] == []
        await site.http("PUT", "/_sandbox/clock", {"advance": 61})
        assert len((await site.http("GET", "/worklog/updated")).json()["values"]) == 1
