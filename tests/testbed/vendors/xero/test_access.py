"""Tokens, connections, scopes and rate limits."""

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.testbed.vendors.xero.caller import Caller, Open, new_token

APP = {"client_id": "cashward-xero", "client_secret": "xero-demo-secret"}


async def asked(xero: Caller, **form: str) -> httpx.Response:
    return await xero.client.post("/connect/token", data={**APP, **form})


async def test_credentials_count_in_the_form_and_in_the_header(xero: Caller) -> None:
    in_form = (await asked(xero, grant_type="client_credentials")).json()
    in_header = await new_token(xero.client)
    assert in_form["expires_in"] == in_header["expires_in"] == 1800
    assert "refresh_token" not in in_form


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "nobody"}, "invalid_client"),
        ({"scope": "accounting.everything"}, "invalid_scope"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
async def test_a_bad_token_request_names_its_error(
    xero: Caller, form: dict[str, str], error: str
) -> None:
    answer = await asked(xero, **{"grant_type": "client_credentials", **form})
    assert (answer.status_code, answer.json()) == (400, {"error": error})


async def test_an_access_token_expires_after_half_an_hour(xero: Caller) -> None:
    await xero.advance(1799)
    await xero.get("/Organisation")
    await xero.advance(2)
    answer = await xero.ask("GET", "/Organisation")
    assert (answer.status_code, answer.json()["Title"]) == (401, "Unauthorized")
    assert answer.json()["Detail"].startswith("TokenExpired: token expired at ")


async def test_an_unknown_token_is_401(xero: Caller) -> None:
    answer = await xero.ask("GET", "/Organisation", headers={"Authorization": "Bearer x.y.z"})
    assert (answer.status_code, answer.json()["Detail"]) == (401, "AuthenticationUnsuccessful")


async def test_a_connection_names_the_tenant_and_another_tenant_is_forbidden(
    xero: Caller,
) -> None:
    (found,) = (await xero.client.get("/Connections")).json()
    assert found["tenantId"] == xero.client.headers["Xero-Tenant-Id"]
    foreign = {"Xero-Tenant-Id": "11111111-2222-3333-4444-555555555555"}
    answer = await xero.ask("GET", "/Organisation", headers=foreign)
    assert (answer.status_code, answer.json()["Title"]) == (403, "Forbidden")


async def test_a_scope_opens_its_own_resources_only(xero: Caller) -> None:
    form = {"scope": "accounting.contacts.read accounting.invoices"}
    token = (await new_token(xero.client, **form))["access_token"]
    xero.client.headers["Authorization"] = f"Bearer {token}"
    await xero.get("/Contacts")
    await xero.get("/Invoices")
    for method, path in (("PUT", "/Contacts"), ("GET", "/Payments")):
        answer = await xero.ask(method, path, {"Name": "A"})
        assert (answer.status_code, answer.json()["Detail"]) == (401, "AuthorizationUnsuccessful")


async def test_no_token_is_written_to_disk(xero: Caller, tmp_path: Path) -> None:
    token = str(xero.client.headers["Authorization"]).removeprefix("Bearer ").encode()
    await xero.customer()
    written = [file.read_bytes() for file in tmp_path.iterdir()]
    assert written
    assert not any(token in content for content in written)


async def test_every_answer_tells_the_remaining_calls(xero: Caller) -> None:
    first, second = [await xero.ask("GET", "/Organisation") for _ in range(2)]
    assert int(first.headers["X-MinLimit-Remaining"]) == 59
    assert int(second.headers["X-DayLimit-Remaining"]) == 4998
    connections = await xero.client.get("/connections")
    assert "X-MinLimit-Remaining" not in connections.headers
    assert "X-AppMinLimit-Remaining" in connections.headers
    assert first.headers["Xero-Correlation-Id"] != second.headers["Xero-Correlation-Id"]


async def test_by_default_an_app_has_sixty_calls_a_minute(open_xero: Open) -> None:
    async with open_xero() as xero:
        answers = [await xero.ask("GET", "/Organisation") for _ in range(61)]
        statuses = [answer.status_code for answer in answers]
        assert statuses == [200] * 60 + [429]
        refused = answers[-1]
        assert refused.headers["X-Rate-Limit-Problem"] == "minute"
        assert 0 < int(refused.headers["Retry-After"]) <= 60
        await xero.advance(int(refused.headers["Retry-After"]))
        await xero.get("/Organisation")


@pytest.mark.parametrize(("limit", "tells_when"), [("day", True), ("appminute", False)])
async def test_each_limit_names_itself(open_xero: Open, limit: str, tells_when: object) -> None:
    async with open_xero(limits={limit: 2}) as xero:
        answers = [await xero.ask("GET", "/Organisation") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]
        answer = await xero.ask("GET", "/Organisation")
        assert (answer.status_code, answer.headers["X-Rate-Limit-Problem"]) == (429, limit)
        assert ("Retry-After" in answer.headers) is tells_when


async def test_a_sixth_call_in_flight_is_refused(open_xero: Open) -> None:
    rule = {"operation": "GET *", "kind": "hang", "attempt": None}
    async with open_xero(faults={"rules": [rule], "hang_for": 60}) as xero:
        calls = [asyncio.create_task(xero.ask("GET", "/Organisation")) for _ in range(6)]
        (first,), others = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
        assert first.result().headers["X-Rate-Limit-Problem"] == "concurrent"
        assert "Retry-After" not in first.result().headers
        assert len(others) == 5
        for call in others:
            call.cancel()


async def test_a_finished_call_is_in_flight_no_more(open_xero: Open) -> None:
    async with open_xero(limits={"concurrent": 1}) as xero:
        answers = [await xero.ask("GET", "/Organisation") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]
