"""The real Tryton, with the harnesses of the contracts."""

from collections.abc import AsyncIterator

import pytest

from testbed.systems.catalog import system_named
from testbed.systems.common.system import Running
from testbed.systems.system_pool import SystemPool
from tests.contracts import tryton as harness
from tests.contracts.tryton import TrytonHarness


@pytest.fixture
async def running(system_pool: SystemPool) -> Running:
    return await system_pool.open(system_named("tryton"))


@pytest.fixture
async def tryton(running: Running) -> AsyncIterator[TrytonHarness]:
    async with harness.erp(running) as opened:
        yield opened
