"""Calculated properties follow a write by a moment, and move the record once more."""

import asyncio

from tests.testbed.vendors.hubspot.conftest import Open
from tests.testbed.vendors.hubspot.test_access import DEAL


async def test_the_flags_follow_and_count_as_a_change(open_account: Open) -> None:
    async with open_account(calculation_lag=0.1) as account:
        path = f"{DEAL}?properties=hs_is_closed_won"
        await account.http("PATCH", DEAL, {"properties": {"dealstage": "closedwon"}})
        before = (await account.http("GET", path)).json()
        await asyncio.sleep(0.15)
        after = (await account.http("GET", path)).json()
        assert before["properties"]["hs_is_closed_won"] == "false"
        assert after["properties"]["hs_is_closed_won"] == "true"
        assert after["updatedAt"] > before["updatedAt"]
        assert len(account.lines) == 3


async def test_what_was_not_worked_out_before_a_stop_is_at_the_next_start(
    open_account: Open,
) -> None:
    async with open_account(calculation_lag=60) as account:
        await account.http("PATCH", DEAL, {"properties": {"dealstage": "closedwon"}})
    async with open_account(calculation_lag=60) as account:
        read = await account.http("GET", f"{DEAL}?properties=hs_is_closed_won")
        assert read.json()["properties"]["hs_is_closed_won"] == "true"
