"""Who may call: tokens, scopes, rate limits."""

import re
from pathlib import Path

import pytest
from hubspot.crm.deals.exceptions import UnauthorizedException

from testbed.vendors.hubspot import HubSpot, scopes
from testbed.vendors.serving import open_app
from tests.testbed.vendors.hubspot.conftest import CASHWARD, DEAL, OBJECTS, Account, Open

GRANT = {
    "grant_type": "refresh_token",
    "client_id": "cashward-hubspot",
    "client_secret": "hubspot-demo-secret",
    "refresh_token": "na1-refresh-demo",
}
DOCUMENT = Path(__file__).parents[4] / "docs" / "connectors.md"


async def fresh(account: Account) -> str:
    answer = await account.http("POST", "/oauth/v1/token", data=GRANT, token="")
    assert answer.status_code == 200
    return str(answer.json()["access_token"])


@pytest.mark.parametrize("token", ["", "unknown"])
async def test_a_call_without_a_known_token_is_refused(account: Account, token: str) -> None:
    answer = await account.http("GET", DEAL, token=token)
    assert (answer.status_code, answer.json()["category"]) == (401, "INVALID_AUTHENTICATION")


async def test_the_official_client_names_a_bad_token(account: Account) -> None:
    with pytest.raises(UnauthorizedException):
        await account.call(account.client("nobody").crm.deals.basic_api.get_by_id, "51230000017")


async def test_the_official_client_refreshes_a_token(account: Account) -> None:
    issued = await account.call(account.api.oauth.tokens_api.create, **GRANT)
    assert (issued.expires_in, issued.refresh_token) == (1800, "na1-refresh-demo")
    client = account.client(issued.access_token)
    assert (await account.call(client.crm.deals.basic_api.get_by_id, "51230000017")).id


@pytest.mark.parametrize("name", ["grant_type", "client_secret", "refresh_token"])
async def test_a_wrong_word_refreshes_nothing(account: Account, name: str) -> None:
    form = GRANT | {name: "wrong"}
    answer = await account.http("POST", "/oauth/2026-03/token", data=form, token="")
    assert answer.status_code == 400
    assert {"status", "message", "error", "error_description"} <= set(answer.json())


async def test_a_token_expires_and_says_since_when(account: Account) -> None:
    token = await fresh(account)
    assert (await account.http("GET", DEAL, token=token)).status_code == 200
    await account.advance(1812)
    refusal = (await account.http("GET", DEAL, token=token)).json()
    assert refusal["category"] == "EXPIRED_AUTHENTICATION"
    assert "expired 1" in refusal["message"]
    assert refusal["context"]["expire time"]


async def test_a_token_that_a_fault_expires_must_be_refreshed(account: Account) -> None:
    token = await fresh(account)
    await account.faults(rules=[{"operation": "GET *", "kind": "expired_token"}])
    answer = await account.http("GET", DEAL, token=token)
    assert answer.json()["category"] == "EXPIRED_AUTHENTICATION"
    assert (await account.http("GET", DEAL, token=token)).status_code == 401
    assert (await account.http("GET", DEAL, token=await fresh(account))).status_code == 200


async def test_a_private_app_token_does_not_expire(account: Account) -> None:
    await account.faults(rules=[{"kind": "expired_token", "attempt": None}])
    assert (await account.http("GET", DEAL)).status_code == 200


async def test_the_log_never_shows_a_token(account: Account) -> None:
    token = await fresh(account)
    await account.http("GET", DEAL, token=token)
    assert token not in str(account.app.oplog.lines)
    assert "hubspot-demo-secret" not in str(account.app.oplog.lines)


# ------------------------------------------------------------------------ scopes


def test_our_tokens_have_the_scopes_that_the_document_asks_for() -> None:
    section = DOCUMENT.read_text().partition("## HubSpot")[2].partition("\n## ")[0]
    named = re.findall(r"`(crm\.[a-z_.]+|e-commerce)`", section)
    assert set(named) == scopes.CASHWARD


@pytest.mark.parametrize(
    ("method", "path", "enough"),
    [
        ("GET", f"{OBJECTS}/deals", ["crm.objects.deals.read"]),
        ("POST", f"{OBJECTS}/companies/batch/read", ["crm.objects.companies.read"]),
        ("PATCH", f"{OBJECTS}/tasks/0", ["crm.objects.contacts.write"]),
        (
            "GET",
            "/crm/v3/pipelines/deals",
            ["crm.objects.deals.read", "crm.objects.deals.write", "crm.schemas.deals.read"],
        ),
        ("POST", "/crm/v3/properties/deals/batch/create", ["crm.schemas.deals.write"]),
        ("POST", "/crm/v3/properties/line_items/groups", ["e-commerce"]),
        ("GET", "/crm/v4/objects/deals/1/associations/contacts", ["crm.objects.deals.read"]),
    ],
)
async def test_a_missing_scope_is_answered_with_those_that_would_do(
    open_account: Open, method: str, path: str, enough: list[str]
) -> None:
    async with open_account(tokens={"narrow": {"actor": "narrow", "scopes": []}}) as account:
        answer = await account.http(method, path, {}, token="narrow")
    assert (answer.status_code, answer.json()["category"]) == (403, "MISSING_SCOPES")
    assert answer.json()["errors"][0]["context"]["requiredGranularScopes"] == enough


async def test_associations_need_the_scopes_of_both_sides(open_account: Open) -> None:
    half = {"actor": "narrow", "scopes": ["crm.objects.deals.read"]}
    async with open_account(tokens={"narrow": half}) as account:
        path = "/crm/v4/objects/deals/51230000017/associations/contacts"
        refused = (await account.http("GET", path, token="narrow")).json()
    wanted = refused["errors"][0]["context"]["requiredGranularScopes"]
    assert wanted == ["crm.objects.contacts.read"]


async def test_cashward_may_not_write_what_it_never_writes(account: Account) -> None:
    body = {"properties": {"name": "Theirs"}}
    refused = await account.http("POST", f"{OBJECTS}/companies", body, token=CASHWARD)
    assert refused.status_code == 403


# ------------------------------------------------------------------------ limits


async def test_limits_are_on_and_as_documented_unless_a_config_says_otherwise(
    tmp_path: Path,
) -> None:
    app = open_app("hubspot", tmp_path, {})
    app.close()
    assert isinstance(app.vendor, HubSpot)
    limits = app.vendor.limits
    assert limits.enforced
    sizes = {name: limits[name].most for name in ("burst", "oauth_burst", "search", "daily")}
    assert sizes == {"burst": 190, "oauth_burst": 110, "search": 5, "daily": 650_000}


async def test_the_burst_of_an_application_fills_and_empties(open_account: Open) -> None:
    async with open_account(limits={"burst": 3}) as account:
        answers = [await account.http("GET", DEAL) for _ in range(3)]
        left = [answer.headers["x-hubspot-ratelimit-remaining"] for answer in answers]
        assert left == ["2", "1", "0"]
        full = await account.http("GET", DEAL)
        assert (full.status_code, full.json()["policyName"]) == (429, "TEN_SECONDLY_ROLLING")
        assert "retry-after" not in full.headers
        assert (await account.http("GET", DEAL, token=CASHWARD)).status_code == 200
        await account.advance(10)
        assert (await account.http("GET", DEAL)).status_code == 200


async def test_search_has_a_limit_of_the_account_and_no_headers(open_account: Open) -> None:
    async with open_account(limits={"search": 2}) as account:
        path = f"{OBJECTS}/deals/search"
        answers = [await account.http("POST", path, {}, token=t) for t in (CASHWARD, "", CASHWARD)]
        answers.append(await account.http("POST", path, {}))
        assert [answer.status_code for answer in answers] == [200, 401, 200, 429]
        assert answers[-1].json()["policyName"] == "SECONDLY"
        assert not any("ratelimit" in name for answer in answers for name in answer.headers)


async def test_an_oauth_app_has_a_smaller_burst(account: Account) -> None:
    name = "x-hubspot-ratelimit-max"
    assert (await account.http("GET", DEAL)).headers[name] == "190"
    assert (await account.http("GET", DEAL, token=await fresh(account))).headers[name] == "110"
