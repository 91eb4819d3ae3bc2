"""JQL: what a search finds, and which queries are refused."""

import pytest

from tests.testbed.vendors.jira.conftest import Site


@pytest.fixture
async def stocked(site: Site) -> Site:
    for key in ("ACM7", "BETA"):
        await site.make_project(key)
    for summary in ("One", "Two", "Three"):
        await site.make_issue(summary)
    return site


async def found(site: Site, jql: str) -> list[str]:
    query = {"jql": jql, "fields": "summary", "maxResults": "100"}
    answer = await site.ask("GET", "/search/jql", params=query)
    return [issue["key"] for issue in answer.json()["issues"]]


@pytest.mark.parametrize(
    ("jql", "numbers"),
    [
        ('project = "ACM7"', [1, 2, 3]),
        ("project = acm7 and issuetype != Epic", [1, 2, 3]),
        ("project = 'Project ACM7' AND key IN (ACM7-1, \"acm7-3\")", [1, 3]),
        ("issuekey NOT IN (ACM7-1)", [2, 3]),
        ("project = BETA", []),
        ('project = "NOPE"', []),
    ],
)
async def test_a_query_finds_the_issues_that_satisfy_it(
    stocked: Site, jql: str, numbers: list[int]
) -> None:
    assert await found(stocked, jql) == [f"ACM7-{number}" for number in numbers]


@pytest.mark.parametrize(
    "jql", ["", "project =", "project = ACM7 AND", "colour = red", 'key = "open', "project ACM7"]
)
async def test_an_invalid_query_is_refused(stocked: Site, jql: str) -> None:
    answer = await stocked.ask("GET", "/search/jql", params={"jql": jql})
    assert answer.status_code == 400
    assert answer.json()["errorMessages"]


async def test_the_token_of_a_page_leads_to_the_next_one(stocked: Site) -> None:
    query = {"jql": "project = ACM7", "fields": "summary", "maxResults": "2"}
    first = (await stocked.ask("GET", "/search/jql", params=query)).json()
    query["nextPageToken"] = first["nextPageToken"]
    last = (await stocked.ask("GET", "/search/jql", params=query)).json()
    assert [len(page["issues"]) for page in (first, last)] == [2, 1]
    assert (first["isLast"], last["isLast"], "nextPageToken" in last) == (False, True, False)
