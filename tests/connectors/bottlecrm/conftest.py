"""The real BottleCRM, set up, with people in sales who use it."""

from collections.abc import AsyncIterator

import pytest

from testbed.systems.catalog import system_named
from testbed.systems.system_pool import SystemPool
from tests.contracts import bottlecrm
from tests.contracts.bottlecrm import BottlecrmHarness


@pytest.fixture
async def harness(system_pool: SystemPool) -> AsyncIterator[BottlecrmHarness]:
    system = await system_pool.open(system_named("bottlecrm"))
    async with bottlecrm.crm(system) as opened:
        yield opened
