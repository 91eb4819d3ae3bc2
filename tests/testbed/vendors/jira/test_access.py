"""Who gets in, and how those are treated who don't."""

import base64

import pytest

from tests.testbed.vendors.jira.conftest import CASHWARD, Open, Site

CLOUD = "/ex/jira/1324a887-45db-1bf4-1e99-ef0ff456d421/rest/api/3"
APP = {"client_id": "cashward-jira", "client_secret": "jira-demo-secret"}
SEEN = "x-seraph-loginreason"


async def token(site: Site, refresh: str = "jira-refresh-demo") -> dict[str, str]:
    body = {"grant_type": "refresh_token", "refresh_token": refresh, **APP}
    answer: dict[str, str] = (await site.http("POST", "/oauth/token", body, auth=None)).json()
    return answer


async def test_a_wrong_token_makes_an_anonymous_visitor(site: Site) -> None:
    await site.project()
    wrong = (CASHWARD[0], "expired")
    search = await site.http("POST", "/search/jql", {"jql": "project = ACM7"}, auth=wrong)
    listing = await site.http("GET", "/project/search", auth=wrong)
    single = await site.http("GET", "/project/ACM7", auth=wrong)
    assert (search.status_code, search.json()["issues"]) == (200, [])
    assert (listing.status_code, listing.json()["total"]) == (200, 0)
    assert single.status_code == 404
    assert {a.headers[SEEN] for a in (search, listing, single)} == {"AUTHENTICATED_FAILED"}


async def test_only_myself_and_changes_tell_a_stranger_so(site: Site) -> None:
    await site.project()
    wrong = (CASHWARD[0], "expired")
    me = await site.http("GET", "/myself", auth=wrong)
    assert me.status_code == 401
    assert me.headers["content-type"].startswith("text/html")
    version = {"name": "M1", "project": "ACM7"}
    assert (await site.http("POST", "/version", version, auth=wrong)).status_code == 401
    assert (await site.http("GET", "/serverInfo", auth=None)).status_code == 200
    assert site.count("versions") == 0


async def test_the_name_of_the_scheme_is_case_sensitive(site: Site) -> None:
    pair = base64.b64encode(":".join(CASHWARD).encode()).decode()
    for scheme, status in (("Basic", 200), ("basic", 401)):
        headers = {"Authorization": f"{scheme} {pair}"}
        answer = await site.http("GET", "/myself", auth=None, headers=headers)
        assert answer.status_code == status


async def test_a_refresh_token_serves_once(site: Site) -> None:
    first = await token(site)
    assert (await token(site))["error"] == "unauthorized_client"
    second = await token(site, first["refresh_token"])
    assert second["refresh_token"] != first["refresh_token"]


async def test_an_access_token_opens_the_gateway_alone(site: Site) -> None:
    bearer = {"Authorization": f"Bearer {(await token(site))['access_token']}"}
    at_site = await site.http("GET", "/myself", auth=None, headers=bearer)
    behind = await site.http("GET", f"{CLOUD}/myself", auth=None, headers=bearer)
    sites = await site.http("GET", "/oauth/token/accessible-resources", auth=None, headers=bearer)
    assert at_site.status_code == 401
    assert behind.json()["accountId"] == "acc-cashward"
    assert behind.json()["self"].startswith(f"{site.url}/ex/jira/")
    assert [one["name"] for one in sites.json()] == ["lowfold"]


async def test_an_opaque_bearer_at_the_site_is_no_session(site: Site) -> None:
    answer = await site.http(
        "GET", "/serverInfo", auth=None, headers={"Authorization": "Bearer opaque"}
    )
    assert answer.status_code == 403
    assert answer.json() == {"error": "Failed to parse Connect Session Auth Token"}


async def test_a_small_scope_is_refused_in_its_own_shape(open_site: Open) -> None:
    client = {
        "id": "cashward-jira",
        "secret": "jira-demo-secret",
        "user": "acc-cashward",
        "refreshToken": "jira-refresh-demo",
        "scopes": ["read:jira-work"],
    }
    async with open_site(site={"oauth": {"clients": [client]}}) as site:
        bearer = {"Authorization": f"Bearer {(await token(site))['access_token']}"}
        answer = await site.http(
            "POST", f"{CLOUD}/project", {"key": "ACM7"}, auth=None, headers=bearer
        )
        assert answer.status_code == 401
        assert answer.json() == {"code": 401, "message": "Unauthorized; scope does not match"}


async def test_an_expired_access_token_stays_dead(site: Site) -> None:
    bearer = {"Authorization": f"Bearer {(await token(site))['access_token']}"}
    await site.faults(rules=[{"operation": "GET *myself", "kind": "expired_token"}])
    for _ in range(2):
        answer = await site.http("GET", f"{CLOUD}/myself", auth=None, headers=bearer)
        assert answer.status_code == 401
        assert answer.json()["code"] == 401


@pytest.mark.parametrize("account", ["consultant@lowfold.example", "developer@lowfold.example"])
async def test_only_an_administrator_makes_projects(site: Site, account: str) -> None:
    who = (account, f"jira-{account.partition('@')[0]}-token")
    answer = await site.http("POST", "/project", {"key": "ACM7", "name": "A"}, auth=who)
    assert answer.status_code == 403
    assert site.count("projects") == 0
