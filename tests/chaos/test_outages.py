"""Whole deals outlive a restored database, and a silent PostgreSQL or Temporal, without harm."""

import pytest

from testbed.outages.outage import Outage
from testbed.outages.run import restored, silenced

DEALS = 3
SEED = 1


def _harm(outage: Outage) -> dict[str, object]:
    return {kind: found for kind, found in outage.harm.items() if found}


@pytest.mark.slow
@pytest.mark.chaos
@pytest.mark.timeout(900)
async def test_a_restore_in_the_middle_of_deals_doubles_and_loses_nothing() -> None:
    assert _harm(await restored(DEALS, 30.0, SEED, print)) == {}


@pytest.mark.slow
@pytest.mark.chaos
@pytest.mark.timeout(900)
async def test_deals_outlive_a_silent_postgresql_and_a_silent_temporal() -> None:
    outages = await silenced(DEALS, 30.0, SEED, print)
    assert [_harm(outage) for outage in outages] == [{}, {}]
