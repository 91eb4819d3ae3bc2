"""Access: anonymous callers, access tokens, scopes."""

import base64

from tests.testbed.vendors.jira.conftest import CASHWARD, CLOUD, Open, Site, project

REASON = "x-seraph-loginreason"


async def test_a_wrong_api_token_makes_the_caller_anonymous(site: Site) -> None:
    await site.make_project()
    wrong = (CASHWARD[0], "expired")
    listing = await site.ask("GET", "/project/search", auth=wrong)
    single = await site.ask("GET", "/project/ACM7", auth=wrong)
    assert (listing.status_code, listing.json()["total"]) == (200, 0)
    assert single.status_code == 404
    assert {a.headers[REASON] for a in (listing, single)} == {"AUTHENTICATED_FAILED"}


async def test_an_anonymous_caller_has_no_account_and_changes_nothing(site: Site) -> None:
    me = await site.ask("GET", "/myself", auth=None)
    assert (me.status_code, me.headers["content-type"]) == (401, "text/html;charset=UTF-8")
    assert (await site.ask("POST", "/project", project(), auth=None)).status_code == 401
    assert (await site.ask("GET", "/serverInfo", auth=None)).status_code == 200
    assert site.count("projects") == 0


async def test_the_case_of_the_scheme_matters(site: Site) -> None:
    pair = base64.b64encode(":".join(CASHWARD).encode()).decode()
    for scheme, status in (("Basic", 200), ("basic", 401)):
        headers = {"Authorization": f"{scheme} {pair}"}
        answer = await site.ask("GET", "/myself", auth=None, headers=headers)
        assert answer.status_code == status


async def test_an_access_token_works_at_the_gateway_only(site: Site) -> None:
    bearer = {"Authorization": f"Bearer {await site.access_token()}"}
    at_site = await site.ask("GET", "/myself", auth=None, headers=bearer)
    at_gateway = await site.ask("GET", f"{CLOUD}/myself", auth=None, headers=bearer)
    assert at_site.status_code == 403
    assert at_site.json() == {"error": "Failed to parse Connect Session Auth Token"}
    assert at_gateway.json()["accountId"] == "acc-cashward"
    assert at_gateway.json()["self"].startswith(f"{site.url}/ex/jira/")


async def test_an_access_token_expires_after_an_hour(site: Site) -> None:
    bearer = {"Authorization": f"Bearer {await site.access_token()}"}
    await site.advance(3601)
    answer = await site.ask("GET", f"{CLOUD}/myself", auth=None, headers=bearer)
    assert (answer.status_code, answer.json()["code"]) == (401, 401)


async def test_a_scope_that_the_application_lacks_is_refused(open_site: Open) -> None:
    application = {
        "id": "cashward-jira",
        "secret": "jira-demo-secret",
        "user": "acc-cashward",
        "scopes": ["read:jira-work"],
    }
    async with open_site(site={"applications": [application]}) as site:
        answer = await site.ask_as_application("POST", "/project", project())
        assert answer.status_code == 401
        assert answer.json() == {"code": 401, "message": "Unauthorized; scope does not match"}
