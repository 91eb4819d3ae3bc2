"""BottleCRM itself, prepared, with sales at work in it."""

from collections.abc import AsyncIterator

import pytest

from testbed.systems.catalog import system_named
from testbed.systems.street import Street
from tests.contracts import bottlecrm
from tests.contracts.bottlecrm import BottlecrmBench


@pytest.fixture
async def bench(street: Street) -> AsyncIterator[BottlecrmBench]:
    system = await street.open(system_named("bottlecrm"))
    async with bottlecrm.crm(system) as opened:
        yield opened
