"""Sign-in, API versions, and what HubSpot's refusals mean."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from connectors.common import Response
from connectors.hubspot import HubspotSettings, open_hubspot
from connectors.hubspot.errors import explain
from domain.ids import DealId
from ports.failures import (
    Absent,
    ConnectorFailure,
    Misconfigured,
    Rejected,
    Throttled,
    Uncertain,
)
from tests.contracts.crm_harness import figures, ticket, won
from tests.contracts.hubspot import TOKEN, HubspotHarness
from tests.references import OURS

SEEDED = DealId("hubspot:51230000017")
OAUTH = {
    "access_token": None,
    "client_id": "cashward-hubspot",
    "client_secret": "hubspot-demo-secret",
    "refresh_token": "na1-refresh-demo",
}


@pytest.mark.parametrize("version", ["v3", "2026-03", "2026-09"])
@pytest.mark.parametrize(
    ("way_in", "identity"), [({}, "access token"), (OAUTH, "app cashward-hubspot")]
)
async def test_every_api_version_carries_a_deal_by_either_way_in(
    harness: HubspotHarness, version: str, way_in: dict[str, Any], identity: str
) -> None:
    deal = await won(harness)
    async with harness.opened(api_version=version, **way_in) as roles:
        assert roles.crm
        assert (await roles.crm.read_deal(deal)).is_won
        await roles.crm.write_back.do(figures(deal), ticket("w"))
        probe = await roles.crm.probe()
        assert (probe.problems, probe.identity) == ((), identity)
    assert (await harness.written_back(deal))["contracted"] == "13040.00"
    calls = [line["path"] for line in await harness.lines() if "/oauth/" not in line["path"]]
    assert all(("/v3/" in path or "/v4/" in path) is (version == "v3") for path in calls)


async def test_an_expired_token_is_renewed_and_the_write_made_once(harness: HubspotHarness) -> None:
    deal = await won(harness)
    await harness.spoil(operation="PATCH *", kind="expired_token")
    async with harness.opened(**OAUTH) as roles:
        assert roles.crm
        await roles.crm.write_back.do(figures(deal), ticket("w"))
    patches = [line for line in await harness.lines() if line["method"] == "PATCH"]
    assert [(line["status"], line["committed"]) for line in patches] == [(401, False), (200, True)]


async def test_a_token_in_a_file_is_read_anew_when_it_is_refused(
    harness: HubspotHarness, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text("pat-na1-revoked\n")
    async with harness.opened(access_token=None, access_token_file=file) as roles:
        assert roles.crm
        with pytest.raises(Misconfigured):
            await roles.crm.read_deal(SEEDED)
        file.write_text(f"{TOKEN}\n")
        assert (await roles.crm.read_deal(SEEDED)).id == SEEDED


async def test_a_refused_client_is_for_a_person_to_mend(harness: HubspotHarness) -> None:
    async with harness.opened(**{**OAUTH, "client_secret": "wrong"}) as roles:
        assert roles.crm
        with pytest.raises(Misconfigured, match="token endpoint"):
            await roles.crm.probe()


async def test_a_write_that_hangs_longer_than_a_call_may_is_uncertain(
    harness: HubspotHarness,
) -> None:
    deal = await won(harness)
    await harness.spoil(operation="PATCH *", kind="hang")
    async with harness.opened(http={"timeout_seconds": 0.2}) as roles:
        assert roles.crm
        with pytest.raises(Uncertain):
            await roles.crm.write_back.do(figures(deal), ticket("w"))


@pytest.mark.parametrize("fault", ["malformed", "error_after", "error_before"])
async def test_an_answer_that_says_nothing_leaves_a_write_uncertain(
    harness: HubspotHarness, fault: str
) -> None:
    deal = await won(harness)
    await harness.spoil(operation="PATCH *", kind=fault)
    with pytest.raises(Uncertain) as lost:
        await harness.crm.write_back.do(figures(deal), ticket("w"))
    assert lost.value.answered


async def test_another_servers_address_is_for_a_person_to_mend(harness: HubspotHarness) -> None:
    async with harness.opened(url=f"{harness.url}/elsewhere") as roles:
        assert roles.crm
        with pytest.raises(Misconfigured, match="url"):
            await roles.crm.read_deal(SEEDED)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"client_id": "app"},
        {"client_id": "app", "client_secret": "s"},
        {"access_token": "t", "client_id": "app"},
        {"access_token": "t", "access_token_file": "f"},
        {"access_token": "t", "api_version": "v4"},
    ],
)
def test_settings_without_one_whole_way_in_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        HubspotSettings.model_validate(given)


def test_no_secret_shows_in_the_settings() -> None:
    settings = HubspotSettings.model_validate({"access_token": "pat-na1-cashward-demo"})
    assert "cashward-demo" not in repr(settings)


async def test_the_settle_time_can_be_set(harness: HubspotHarness) -> None:
    assert harness.crm.write_back.idempotency.settle_time == timedelta(seconds=30)
    async with open_hubspot(
        HubspotSettings.model_validate({"access_token": "t", "http": {"settle_seconds": 2}}), OURS
    ) as roles:
        assert roles.crm
        assert roles.crm.write_back.idempotency.settle_time == timedelta(seconds=2)


# --------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("status", "body", "failure", "says"),
    [
        (401, {"message": "expired", "category": "EXPIRED_AUTHENTICATION"}, Misconfigured, "token"),
        (
            403,
            {"message": "no", "context": {"requiredGranularScopes": ["crm.objects.deals.write"]}},
            Misconfigured,
            "crm.objects.deals.write",
        ),
        (404, {"message": "resource not found"}, Absent, "resource not found"),
        (409, {"message": "Contact already exists. Existing ID: 9"}, Rejected, "Existing ID: 9"),
        (
            400,
            {
                "message": 'Property values were not valid: [{"isValid":false}]',
                "errors": [{"message": "x is no option", "code": "INVALID_OPTION"}],
            },
            Rejected,
            "400 x is no option",
        ),
        (
            400,
            {"message": "not valid", "errors": [{"code": "PROPERTY_DOESNT_EXIST"}]},
            Misconfigured,
            "prepare",
        ),
    ],
)
def test_a_refusal_says_who_must_do_what(
    status: int, body: dict[str, Any], failure: type[ConnectorFailure], says: str
) -> None:
    explained = _explained(status, body)
    assert type(explained) is failure
    assert says in explained.reason


@pytest.mark.parametrize(
    ("status", "body", "headers", "pause"),
    [
        (429, {"message": "slow", "policyName": "SECONDLY"}, {}, 1),
        (429, {"message": "slow", "policyName": "TEN_SECONDLY_ROLLING"}, {}, 10),
        (429, {"message": "slow", "policyName": "DAILY"}, {}, 3600),
        (429, {"message": "slow", "category": "RATE_LIMITS"}, {}, 10),
        (429, {"message": "slow", "policyName": "DAILY"}, {"Retry-After": "5"}, 5),
        (429, None, {}, 10),
        (423, {"message": "locked"}, {}, 2),
        (477, {"message": "moving"}, {"Retry-After": "90"}, 90),
        (477, None, {}, 60),
    ],
)
def test_a_wait_is_as_long_as_hubspots_window(
    status: int, body: dict[str, Any] | None, headers: dict[str, str], pause: int
) -> None:
    explained = _explained(status, body, headers)
    assert type(explained) is Throttled
    assert explained.pause == timedelta(seconds=pause)


@pytest.mark.parametrize("status", [408, 500, 502, 521])
def test_an_outcome_that_is_not_known_is_not_explained_away(status: int) -> None:
    assert _explained(status, {"message": "internal error"}) is None


def _explained(
    status: int, body: dict[str, Any] | None, headers: dict[str, str] | None = None
) -> ConnectorFailure | None:
    answered = httpx.Response(status, json=body or "gone", headers=headers)
    text = answered.text if body else "<html>"
    return explain(Response("hubspot", status, answered.headers, text, changes=True))
