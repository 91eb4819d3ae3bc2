"""Redmine's harness, as the contract suite has it."""

from collections.abc import AsyncIterator

import pytest

from testbed.systems.catalog import system_named
from testbed.systems.system_pool import SystemPool
from tests.contracts.redmine import RedmineHarness, pm


@pytest.fixture
async def redmine(system_pool: SystemPool) -> AsyncIterator[RedmineHarness]:
    async with pm(await system_pool.open(system_named("redmine"))) as harness:
        yield harness
