"""Who may call: tokens, OAuth, scopes, rate windows."""

from typing import Any

import pytest
from hubspot.crm.deals.exceptions import UnauthorizedException

from tests.testbed.vendors.hubspot.conftest import Account, Open

GRANT = {
    "grant_type": "refresh_token",
    "client_id": "cashward-hubspot",
    "client_secret": "hubspot-demo-secret",
    "refresh_token": "na1-refresh-demo",
}
DEAL = "/crm/v3/objects/deals/51230000017"


async def fresh(account: Account) -> str:
    answer = await account.http("POST", "/oauth/v1/token", data=GRANT, token="")
    assert answer.status_code == 200
    return str(answer.json()["access_token"])


@pytest.mark.parametrize("token", ["", "unknown"])
async def test_without_a_known_token_nothing_is_told(account: Account, token: str) -> None:
    answer = await account.http("GET", DEAL, token=token)
    assert (answer.status_code, answer.json()["category"]) == (401, "INVALID_AUTHENTICATION")


async def test_the_official_client_hears_of_a_bad_token(account: Account) -> None:
    stranger = account.client("nobody")
    with pytest.raises(UnauthorizedException):
        await account.call(stranger.crm.deals.basic_api.get_by_id, "51230000017")


async def test_the_official_client_refreshes_a_token(account: Account) -> None:
    create = account.api.oauth.tokens_api.create
    told = await account.call(create, **GRANT)
    assert (told.expires_in, told.refresh_token) == (1800, "na1-refresh-demo")
    client = account.client(told.access_token)
    assert (await account.call(client.crm.deals.basic_api.get_by_id, "51230000017")).id
    look = account.api.oauth.access_tokens_api.get
    assert (await account.call(look, told.access_token)).hub_id == 48120077


@pytest.mark.parametrize(
    "path", ["/oauth/2026-03/token", "/oauth/v3/token", "/oauth/2026-09/token"]
)
async def test_tokens_are_refreshed_looked_into_and_revoked(account: Account, path: str) -> None:
    told = (await account.http("POST", path, data=GRANT, token="")).json()
    mine = {name: GRANT[name] for name in ("client_id", "client_secret")}
    form = mine | {"token": told["access_token"]}
    seen = await account.http("POST", f"{path}/introspect", data=form, token="")
    assert seen.json()["active"] is True
    await account.http("POST", f"{path}/revoke", data=form, token="")
    assert (await account.http("GET", DEAL, token=told["access_token"])).status_code == 401


@pytest.mark.parametrize("name", ["grant_type", "client_secret", "refresh_token"])
async def test_a_wrong_word_refreshes_nothing(account: Account, name: str) -> None:
    form = GRANT | {name: "wrong"}
    answer = await account.http("POST", "/oauth/v1/token", data=form, token="")
    assert answer.status_code == 400
    assert {"status", "message", "error", "error_description"} <= set(answer.json())


async def test_a_token_expires_and_says_since_when(account: Account) -> None:
    token = await fresh(account)
    assert (await account.http("GET", DEAL, token=token)).status_code == 200
    await account.http("PUT", "/_sandbox/clock", {"advance": 1812})
    answer = await account.http("GET", DEAL, token=token)
    told = answer.json()
    assert (answer.status_code, told["category"]) == (401, "EXPIRED_AUTHENTICATION")
    assert "expired 1" in told["message"]
    assert told["context"]["expire time"]


async def test_the_log_never_shows_a_token(account: Account) -> None:
    token = await fresh(account)
    await account.http("GET", f"/oauth/v1/access-tokens/{token}", token="")
    await account.http("GET", DEAL, token=token)
    assert token not in str(account.lines)
    assert "hubspot-demo-secret" not in str(account.lines)


async def test_a_call_without_its_scope_is_forbidden(open_account: Open) -> None:
    scopes = ["crm.objects.deals.read", "crm.objects.companies.read"]
    tokens = {"narrow": {"actor": "narrow", "scopes": scopes}}
    async with open_account(tokens=tokens) as account:
        assert (await account.http("GET", DEAL, token="narrow")).status_code == 200
        answer = await account.http("PATCH", DEAL, {"properties": {}}, token="narrow")
        assert (answer.status_code, answer.json()["category"]) == (403, "MISSING_SCOPES")
        wanted = answer.json()["errors"][0]["context"]["requiredGranularScopes"]
        assert wanted == ["crm.objects.deals.write"]
        ends = "/crm/v4/objects/deals/51230000017/associations/contacts"
        assert (await account.http("GET", ends, token="narrow")).status_code == 403


async def test_the_windows_fill_and_empty(open_account: Open) -> None:
    async with open_account(limits={"burst": 5, "search": 2}) as account:
        left = [
            (await account.http("GET", DEAL)).headers["x-hubspot-ratelimit-remaining"]
            for _ in range(5)
        ]
        assert left == ["4", "3", "2", "1", "0"]
        full = await account.http("GET", DEAL)
        assert (full.status_code, full.json()["policyName"]) == (429, "TEN_SECONDLY_ROLLING")
        assert "retry-after" not in full.headers
        await account.http("PUT", "/_sandbox/clock", {"advance": 10})
        assert (await account.http("GET", DEAL)).status_code == 200


async def test_search_has_a_window_of_its_own_and_no_rate_headers(open_account: Open) -> None:
    async with open_account(limits={"search": 2}) as account:
        path = "/crm/v3/objects/deals/search"
        answers: list[Any] = [await account.http("POST", path, {}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[2].json()["policyName"] == "SECONDLY"
        assert not any("ratelimit" in name for a in answers for name in a.headers)


async def test_an_oauth_app_is_not_told_of_the_daily_limit(account: Account) -> None:
    name = "x-hubspot-ratelimit-daily"
    assert name in (await account.http("GET", DEAL)).headers
    assert name not in (await account.http("GET", DEAL, token=await fresh(account))).headers


async def test_every_answer_carries_its_correlation_id(account: Account) -> None:
    good = await account.http("GET", DEAL)
    assert len(good.headers["x-hubspot-correlation-id"]) == 36
    bad = await account.http("GET", "/crm/v3/objects/deals/1")
    assert bad.headers["x-hubspot-correlation-id"] == bad.json()["correlationId"]


async def test_a_body_that_is_no_json_is_told_without_a_category(account: Account) -> None:
    answer = await account.http("POST", "/crm/v3/objects/deals", content=b'{"properties"')
    assert (answer.status_code, "category" in answer.json()) == (400, False)
    assert answer.json()["message"].startswith("Invalid input JSON on line 1")
