"""Search: what JQL finds, refuses and does not know yet."""

from typing import Any

import pytest

from tests.testbed.vendors.jira.conftest import Open, Site, paragraph


@pytest.fixture
async def stocked(site: Site) -> Site:
    await site.project()
    version = await site.made("/version", {"name": "M1 Go-live", "project": "ACM7"})
    await site.issue("Rollout", kind="Epic")
    await site.issue("Data migration", parent={"key": "ACM7-1"}, labels=["cw-1"])
    await site.issue(
        "Training", fixVersions=[{"id": version["id"]}], duedate="2027-01-31",
        description=paragraph("two days on site"), assignee={"accountId": "acc-designer"},
    )  # fmt: skip
    await site.http("POST", "/issue/ACM7-3/transitions", {"transition": {"id": "41"}})
    return site


@pytest.mark.parametrize(
    ("jql", "numbers"),
    [
        ('project = "ACM7"', [1, 2, 3]),
        ("project = acm7 AND parent = ACM7-1", [2]),
        ("labels = cw-1", [2]),
        ("labels != other", [2]),
        ("labels is EMPTY AND project in (ACM7, NOPE)", [1, 3]),
        ("statusCategory = Done", [3]),
        ("statusCategory != done", [1, 2]),
        ('status in ("Backlog", 10022)', [1, 2, 3]),
        ('fixVersion = "M1 Go-live"', [3]),
        ("fixVersion in unreleasedVersions(ACM7)", [3]),
        ("issuekey in (ACM7-1, acm7-3)", [1, 3]),
        ("key > ACM7-1", [2, 3]),
        ("issuetype = Epic OR summary ~ training", [1, 3]),
        ("NOT (type = Epic) AND created >= -1d", [2, 3]),
        ("updated >= startOfDay(-1) AND resolution = Done", [3]),
        ("project = ACM7 AND created < 2020-01-01", []),
        ("due <= 2027-01-31", [3]),
        ("assignee = acc-designer", [3]),
        ("reporter = currentUser() AND assignee != acc-designer", [1, 2]),
        ("text ~ 'two days'", [3]),
        ("days on site", [3]),
        ('project = "NOPE"', []),
    ],
)
async def test_a_query_finds_what_it_means(stocked: Site, jql: str, numbers: list[int]) -> None:
    found = await stocked.keys(f"{jql} ORDER BY key ASC")
    assert found == [f"ACM7-{number}" for number in numbers]


@pytest.mark.parametrize(
    "jql",
    [
        "",
        "ORDER BY key",
        "project =",
        "project = ACM7 AND",
        "project = INT",
        "colour = red",
        "status = Nowhere",
        "issuekey = ACM7-99",
        "summary = Training",
        'labels = "open',
        "created > yesterday",
        "project = ACM7 )",
        "assignee = nobodysFunction()",
        "issue.property[cashward].deal = 1",
    ],
)
async def test_a_bad_query_is_refused(stocked: Site, jql: str) -> None:
    answer = await stocked.http("POST", "/search/jql", {"jql": jql})
    assert answer.status_code == 400
    assert answer.json()["errorMessages"]


async def test_keys_are_ordered_by_number(site: Site) -> None:
    await site.project()
    for number in range(11):
        await site.issue(f"Issue {number}")
    assert (await site.keys("project = ACM7 ORDER BY key DESC"))[:3] == [
        "ACM7-11", "ACM7-10", "ACM7-9",
    ]  # fmt: skip


async def test_an_issue_is_its_id_unless_more_is_asked_for(stocked: Site) -> None:
    bare = await stocked.made("/search/jql", {"jql": "key = ACM7-1"})
    assert [set(issue) for issue in bare["issues"]] == [{"id"}]
    assert (bare["isLast"], "nextPageToken" in bare, "total" in bare) == (True, False, False)


async def test_pages_follow_the_token_to_the_end(stocked: Site) -> None:
    body: dict[str, Any] = {
        "jql": "project = ACM7 ORDER BY key",
        "fields": ["key"],
        "maxResults": 2,
    }
    first = await stocked.made("/search/jql", body)
    last = await stocked.made("/search/jql", body | {"nextPageToken": first["nextPageToken"]})
    keys = [issue["key"] for page in (first, last) for issue in page["issues"]]
    assert keys == ["ACM7-1", "ACM7-2", "ACM7-3"]
    assert (first["isLast"], last["isLast"], "nextPageToken" in last) == (False, True, False)
    other = body | {"jql": "labels = cw-1", "nextPageToken": first["nextPageToken"]}
    for wrong in (other, body | {"nextPageToken": "CAEa"}, body | {"maxResults": 0}):
        assert (await stocked.http("POST", "/search/jql", wrong)).status_code == 400
    extra = await stocked.http("POST", "/search/jql", body | {"startAt": 0})
    assert extra.json() == {
        "errorMessages": [
            "Invalid request payload. Refer to the REST API documentation and try again."
        ]
    }


async def test_the_index_lags_but_not_for_what_is_reconciled(open_site: Open) -> None:
    async with open_site(search_lag=5) as site:
        await site.project()
        made = await site.issue()
        jql = 'summary ~ "migration"'
        assert await site.keys(jql) == []
        assert await site.keys(jql, reconcileIssues=[int(made["id"])]) == ["ACM7-1"]
        assert (await site.http("GET", "/issue/ACM7-1")).status_code == 200
        await site.http("PUT", "/_sandbox/clock", {"advance": 6})
        assert await site.keys(jql) == ["ACM7-1"]
        await site.http("PUT", "/issue/ACM7-1", {"fields": {"summary": "Cutover"}})
        assert await site.keys(jql) == ["ACM7-1"]
        await site.http("PUT", "/_sandbox/clock", {"advance": 6})
        await site.http("DELETE", "/issue/ACM7-1")
        assert await site.keys('summary ~ "cutover"') == ["ACM7-1"]
        await site.http("PUT", "/_sandbox/clock", {"advance": 6})
        assert await site.keys('summary ~ "cutover"') == []


async def test_the_old_search_is_gone(site: Site) -> None:
    for version in ("2", "3", "latest"):
        answer = await site.http("GET", f"/rest/api/{version}/search?jql=project=ACM7")
        assert answer.status_code == 410
        assert "CHANGE-2046" in answer.json()["errorMessages"][0]
