"""Tokens, connections and limits: who may call, how long, how often."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.testbed.vendors.xero.caller import Body, Caller, Open, new_token

APP = {"client_id": "cashward-xero", "client_secret": "xero-demo-secret"}
BACK = "https://cashward.example/back"


async def asked(xero: Caller, **form: str) -> httpx.Response:
    return await xero.client.post("/connect/token", data={**APP, **form})


async def consented(xero: Caller, scope: str = "offline_access accounting.contacts.read") -> Body:
    """The token pair after a person has said yes."""
    query = {"response_type": "code", "client_id": APP["client_id"], "redirect_uri": BACK}
    page = await xero.client.get("/identity/connect/authorize", params={**query, "scope": scope})
    code = parse_qs(urlsplit(page.headers["location"]).query)["code"][0]
    answer = await asked(xero, grant_type="authorization_code", code=code, redirect_uri=BACK)
    return dict(answer.json())


async def refreshed(xero: Caller, token: str) -> httpx.Response:
    return await asked(xero, grant_type="refresh_token", refresh_token=token)


async def test_credentials_count_in_the_form_and_in_the_header(xero: Caller) -> None:
    in_form = (await asked(xero, grant_type="client_credentials")).json()
    in_header = await new_token(xero.client)
    assert in_form["expires_in"] == in_header["expires_in"] == 1800
    assert "refresh_token" not in in_form


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": ""}, "invalid_request"),
        ({"client_id": "nobody"}, "invalid_client"),
        ({"scope": "accounting.everything"}, "invalid_scope"),
        ({"grant_type": "refresh_token", "refresh_token": "dead"}, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "never"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
async def test_a_bad_token_request_names_its_error(
    xero: Caller, form: dict[str, str], error: str
) -> None:
    answer = await asked(xero, **{"grant_type": "client_credentials", **form})
    assert (answer.status_code, answer.json()) == (400, {"error": error})


async def test_an_access_token_dies_after_half_an_hour(xero: Caller) -> None:
    await xero.advance(1799)
    await xero.get("/Organisation")
    await xero.advance(2)
    answer = await xero.ask("GET", "/Organisation")
    assert (answer.status_code, answer.json()["Title"]) == (401, "Unauthorized")
    assert answer.json()["Detail"].startswith("TokenExpired: token expired at ")


async def test_a_token_that_never_was_is_401(xero: Caller) -> None:
    answer = await xero.ask("GET", "/Organisation", headers={"Authorization": "Bearer x.y.z"})
    assert (answer.status_code, answer.json()["Detail"]) == (401, "AuthenticationUnsuccessful")


async def test_a_refresh_token_rotates_and_the_old_one_has_half_an_hour_of_grace(
    xero: Caller,
) -> None:
    first = (await consented(xero))["refresh_token"]
    second = (await refreshed(xero, first)).json()["refresh_token"]
    assert second != first
    await xero.advance(1700)
    assert (await refreshed(xero, first)).status_code == 200
    await xero.advance(200)
    assert (await refreshed(xero, first)).json() == {"error": "invalid_grant"}
    assert (await refreshed(xero, second)).status_code == 200


async def test_a_code_is_exchanged_once(xero: Caller) -> None:
    query = {"response_type": "code", "client_id": APP["client_id"], "redirect_uri": BACK}
    page = await xero.client.get("/identity/connect/authorize", params=query)
    code = parse_qs(urlsplit(page.headers["location"]).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    assert (await asked(xero, **form)).status_code == 200
    assert (await asked(xero, **form)).json() == {"error": "invalid_grant"}


async def test_a_revoked_token_takes_the_connection_with_it(xero: Caller) -> None:
    token = (await consented(xero))["refresh_token"]
    gone = await xero.client.post("/connect/revocation", data={**APP, "token": token})
    assert gone.status_code == 200
    assert (await refreshed(xero, token)).json() == {"error": "invalid_grant"}
    assert (await xero.ask("GET", "/Organisation")).status_code == 403


async def test_connections_name_the_tenant_and_can_be_cut(xero: Caller) -> None:
    (found,) = (await xero.client.get("/Connections")).json()
    assert found["tenantId"] == xero.client.headers["Xero-Tenant-Id"]
    assert (await xero.client.delete(f"/connections/{found['id']}")).status_code == 204
    answer = await xero.ask("GET", "/Organisation")
    assert (answer.status_code, answer.json()["Title"]) == (403, "Forbidden")


async def test_another_tenant_is_forbidden_and_none_is_so_after_consent(xero: Caller) -> None:
    foreign = {"Xero-Tenant-Id": "11111111-2222-3333-4444-555555555555"}
    assert (await xero.ask("GET", "/Organisation", headers=foreign)).status_code == 403
    del xero.client.headers["Xero-Tenant-Id"]
    assert (await xero.ask("GET", "/Organisation")).status_code == 200
    token = (await consented(xero))["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert (await xero.ask("GET", "/Contacts", headers=headers)).status_code == 403


async def test_a_scope_opens_its_resources_only(xero: Caller) -> None:
    form = {"scope": "accounting.contacts.read accounting.invoices"}
    token = (await new_token(xero.client, **form))["access_token"]
    xero.client.headers["Authorization"] = f"Bearer {token}"
    await xero.get("/Contacts")
    await xero.get("/Invoices")
    for method, path in (("PUT", "/Contacts"), ("GET", "/Payments")):
        answer = await xero.ask(method, path, {"Name": "A"})
        assert (answer.status_code, answer.json()["Detail"]) == (401, "AuthorizationUnsuccessful")


async def test_no_token_is_ever_written_down(xero: Caller, tmp_path: Path) -> None:
    token = str(xero.client.headers["Authorization"]).removeprefix("Bearer ").encode()
    await xero.customer()
    written = [file.read_bytes() for file in tmp_path.iterdir()]
    assert written
    assert not any(token in content for content in written)


async def test_every_answer_says_what_is_left(xero: Caller) -> None:
    first, second = [await xero.ask("GET", "/Organisation") for _ in range(2)]
    assert int(first.headers["X-MinLimit-Remaining"]) == 59
    assert int(second.headers["X-DayLimit-Remaining"]) == 4998
    connections = await xero.client.get("/connections")
    assert "X-MinLimit-Remaining" not in connections.headers
    assert "X-AppMinLimit-Remaining" in connections.headers
    assert first.headers["Xero-Correlation-Id"] != second.headers["Xero-Correlation-Id"]


@pytest.mark.parametrize(("window", "seconds"), [("minute", 60), ("day", 86_400)])
async def test_a_full_window_says_when_it_opens_again(
    open_xero: Open, window: str, seconds: int
) -> None:
    async with open_xero(limits={window: 2}) as xero:
        for _ in range(2):
            await xero.get("/Organisation")
        answer = await xero.ask("GET", "/Organisation")
        assert answer.status_code == 429
        assert answer.headers["X-Rate-Limit-Problem"] == window
        assert seconds - 2 <= int(answer.headers["Retry-After"]) <= seconds
        await xero.advance(int(answer.headers["Retry-After"]))
        if window == "minute":
            await xero.get("/Organisation")
