"""Rate limits: on by default, per endpoint, per issue, and in points per application."""

from tests.testbed.vendors.jira.conftest import CLOUD, Open, Site


async def test_the_limits_are_on_by_default(site: Site) -> None:
    answer = await site.ask("GET", "/myself")
    assert answer.headers["x-ratelimit-limit"] == "100"
    assert answer.headers["x-ratelimit-remaining"] == "99"


async def test_a_burst_of_one_endpoint_is_refused_and_no_other(open_site: Open) -> None:
    async with open_site(limits={"GET": 2}) as site:
        statuses = [(await site.ask("GET", "/myself")).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        assert (await site.ask("GET", "/serverInfo")).status_code == 200
        await site.advance(1)
        assert (await site.ask("GET", "/myself")).status_code == 200


async def test_writes_to_one_issue_are_limited(open_site: Open) -> None:
    async with open_site(limits={"issue": 2}) as site:
        await site.make_project()
        await site.make_issue()
        body = {"fields": {"summary": "Moved"}}
        answers = [await site.ask("PUT", "/issue/ACM7-1", body) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [204, 204, 429]
        assert answers[2].headers["ratelimit-reason"] == "jira-per-issue-on-write"
        assert 1 <= int(answers[2].headers["retry-after"]) <= 2


async def test_an_application_spends_points_and_an_api_token_does_not(open_site: Open) -> None:
    async with open_site(limits={"points": 4}) as site:
        bearer = {"Authorization": f"Bearer {await site.access_token()}"}
        path = f"{CLOUD}/myself"  # one point for the call and two for the person
        answers = [await site.ask("GET", path, auth=None, headers=bearer) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[2].headers["ratelimit-reason"] == "jira-quota-global-based"
        assert 3000 < int(answers[2].headers["retry-after"]) <= 3600
        assert (await site.ask("GET", "/myself")).status_code == 200
