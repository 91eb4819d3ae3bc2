"""What BottleCRM accepts without an error, and how a connection reports its problems."""

import json

import psycopg
import pytest

from ports.failures import Misconfigured
from tests.contracts.bottlecrm import BottlecrmHarness
from tests.contracts.crm_harness import asking, figures, ticket, won

pytestmark = pytest.mark.real

FIELDS = "/api/custom-fields/"


async def drop_field(harness: BottlecrmHarness, kind: str, key: str) -> None:
    """Remove a field of ours, as an administrator; BottleCRM then drops what is written to it."""
    own = {"Authorization": f"Bearer {harness.system.place.connector['ACCESS_TOKEN']}"}
    known = (await harness.client.get(FIELDS, headers=own)).json()["definitions"]
    (field,) = (each for each in known if (each["target_model"], each["key"]) == (kind, key))
    (await harness.client.delete(f"{FIELDS}{field['id']}/", headers=own)).raise_for_status()


async def test_figures_that_would_be_dropped_silently_are_not_sent(
    harness: BottlecrmHarness,
) -> None:
    deal = await won(harness)
    await drop_field(harness, "Opportunity", "cashward_paid")
    with pytest.raises(Misconfigured, match="cashward_paid"):
        await harness.crm.write_back.do(figures(deal), ticket("w"))
    assert (await harness.written_back(deal))["contracted"] == ""


async def test_a_deal_is_not_read_as_if_a_field_that_is_gone_were_empty(
    harness: BottlecrmHarness,
) -> None:
    deal = await won(harness)
    await drop_field(harness, "Opportunity", "cashward_scope")
    with pytest.raises(Misconfigured, match="cashward_scope"):
        await harness.crm.read_deal(deal)


async def test_a_task_that_could_not_be_found_again_is_not_made(harness: BottlecrmHarness) -> None:
    deal = await won(harness)
    await drop_field(harness, "Task", "cashward_key")
    with pytest.raises(Misconfigured, match="cashward_key"):
        await harness.crm.owner_task.do(asking(deal), ticket("t"))
    assert await harness.tasks(deal) == []


async def test_a_removed_field_is_a_problem_until_it_is_prepared(
    harness: BottlecrmHarness,
) -> None:
    await drop_field(harness, "Account", "cashward_vat_id")
    lack = "field Account.cashward_vat_id"
    assert (await harness.crm.probe()).problems == (f"{lack} is missing: prepare the account",)
    assert list(await harness.crm.set_up(dry_run=True)) == [lack]
    assert list(await harness.crm.set_up(dry_run=False)) == [lack]
    assert (await harness.crm.probe()).problems == ()


async def test_a_token_that_sees_only_its_own_deals_is_a_problem(harness: BottlecrmHarness) -> None:
    async with harness.opened(
        access_token=harness.system.place.credentials["sales_token"]
    ) as roles:
        assert roles.crm
        (problems,) = (await roles.crm.probe()).problems
    assert "make it an ADMIN" in problems


SCOPES = (
    *("opportunities:read", "accounts:read", "contacts:read", "tasks:read", "activities:read"),
    *("custom-fields:read", "org:read", "profile:read"),
    *("opportunities:write", "tasks:write", "custom-fields:write"),
)


async def grant(harness: BottlecrmHarness, *scopes: str) -> None:
    """Reduce the rights of Cashward's token, as the site's own pages do."""
    async with await psycopg.AsyncConnection.connect(harness.system.place.database) as connection:
        given = (json.dumps(scopes), "cashward")
        await connection.execute(
            "UPDATE personal_access_token SET scopes = %s::jsonb WHERE name = %s", given
        )


async def test_the_scopes_that_we_ask_for_are_enough(harness: BottlecrmHarness) -> None:
    await grant(harness, *SCOPES)
    assert (await harness.crm.probe()).problems == ()
    deal = await won(harness)
    assert (await harness.crm.read_deal(deal)).unreadable == ()
    await harness.crm.write_back.do(figures(deal), ticket("w"))
    made = await harness.crm.owner_task.do(asking(deal), ticket("t"))
    await harness.crm.owner_task.undo(asking(deal), made)
    await drop_field(harness, "Task", "cashward_key")
    assert list(await harness.crm.set_up(dry_run=False)) == ["field Task.cashward_key"]


@pytest.mark.parametrize("scope", ["accounts:read", "tasks:write", "opportunities:write"])
async def test_a_scope_that_is_missing_is_named(harness: BottlecrmHarness, scope: str) -> None:
    await grant(harness, *(each for each in SCOPES if each != scope))
    (problems,) = (await harness.crm.probe()).problems
    assert scope in problems


async def test_a_wrong_token_and_a_wrong_address_say_so(harness: BottlecrmHarness) -> None:
    async with harness.opened(access_token="bcrm_pat_nobody") as roles:
        assert roles.crm
        with pytest.raises(Misconfigured, match="access token"):
            await roles.crm.probe()
    async with harness.opened(url=f"{harness.proxy.url}/elsewhere") as roles:
        assert roles.crm
        with pytest.raises(Misconfigured, match="check url"):
            await roles.crm.probe()
