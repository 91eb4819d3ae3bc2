"""The set-up of an account, and the probe of a connection."""

from pathlib import Path
from typing import Any

import pytest

from connectors.hubspot.models.fields import FIELDS
from connectors.hubspot.setup import SCOPES
from ports.failures import Misconfigured
from testbed.vendors.hubspot import scopes
from tests.contracts import hubspot
from tests.contracts.crm_harness import figures, ticket, won
from tests.contracts.hubspot import PROPERTIES, HubspotHarness


async def test_an_empty_account_is_prepared_once(harness: HubspotHarness) -> None:
    await harness.empty()
    planned = await harness.crm.set_up(dry_run=True)
    assert len(planned) == 3 + sum(map(len, FIELDS.values())) + 1 + 4
    problems = (await harness.crm.probe()).problems
    assert len(problems) == len(planned)
    assert list(await harness.crm.set_up(dry_run=False)) == list(planned)
    assert (await harness.crm.probe()).problems == ()
    assert list(await harness.crm.set_up(dry_run=False)) == []


async def test_a_dry_run_changes_nothing(harness: HubspotHarness) -> None:
    await harness.empty()
    await harness.crm.set_up(dry_run=True)
    assert {line["committed"] for line in await harness.lines()} == {False}


async def test_a_deal_can_be_carried_in_an_account_that_we_prepared(
    harness: HubspotHarness,
) -> None:
    await harness.empty()
    await harness.crm.set_up(dry_run=False)
    deal = await won(harness)
    await harness.crm.write_back.do(figures(deal), ticket("w"))
    assert (await harness.crm.read_deal(deal)).unreadable == ()


async def test_a_choice_that_is_missing_is_added_and_those_of_others_stay(
    harness: HubspotHarness,
) -> None:
    path = f"{PROPERTIES}/deals/cashward_template"
    own = {"label": "Ours", "value": "ours", "displayOrder": 0, "hidden": False}
    await harness.write("PATCH", path, {"options": [own]})
    assert list(await harness.crm.set_up(dry_run=False)) == [
        "options of property deals.cashward_template"
    ]
    options = (await harness.client.get(path)).json()["options"]
    values = [option["value"] for option in options]
    assert values == ["ours", "implementation", "campaign", "support"]


async def test_a_field_of_another_type_is_for_a_person_to_mend(harness: HubspotHarness) -> None:
    path = f"{PROPERTIES}/deals/cashward_start"
    await harness.write("PATCH", path, {"type": "string", "fieldType": "text"})
    assert list(await harness.crm.set_up(dry_run=False)) == []
    (sentence,) = (await harness.crm.probe()).problems
    assert "deals.cashward_start is a string, we need a date" in sentence


async def test_a_probe_names_the_account(harness: HubspotHarness) -> None:
    probe = await harness.crm.probe()
    assert (probe.system, probe.account) == ("hubspot", "HubSpot 48120077 (standard, EUR)")
    assert {line["committed"] for line in await harness.lines()} == {False}


@pytest.mark.parametrize(
    "missing",
    ["crm.objects.contacts.read", "crm.objects.deals.write", "crm.objects.companies.read"],
)
async def test_a_missing_scope_is_a_problem_by_its_name(tmp_path: Path, missing: str) -> None:
    tokens = {
        hubspot.TOKEN: {"actor": "cashward", "scopes": scopes.CASHWARD - {missing}},
        "pat-na1-sales-demo": {"actor": "sales", "scopes": scopes.EVERYTHING},
    }
    config: dict[str, Any] = {"hubspot": {"tokens": tokens}}
    async with hubspot.crm(tmp_path, config) as harness:
        problems = (await harness.crm.probe()).problems
    assert problems
    assert all(missing in sentence for sentence in problems)


def test_the_scopes_we_ask_for_are_those_of_the_sandbox_and_the_docs() -> None:
    page = (Path(__file__).parents[3] / "docs" / "connectors.md").read_text(encoding="utf-8")
    assert scopes.CASHWARD == SCOPES
    assert all(f"`{scope}`" in page for scope in SCOPES)


async def test_a_write_to_a_field_that_is_missing_is_for_a_person_to_mend(
    harness: HubspotHarness,
) -> None:
    deal = await won(harness)
    await harness.write("DELETE", f"{PROPERTIES}/deals/cashward_paid")
    with pytest.raises(Misconfigured, match="cashward_paid"):
        await harness.crm.write_back.do(figures(deal), ticket("w"))
