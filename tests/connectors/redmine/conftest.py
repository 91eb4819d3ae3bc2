"""Redmine's bench, as the contract suite has it."""

from collections.abc import AsyncIterator

import pytest

from testbed.systems.catalog import system_named
from testbed.systems.street import Street
from tests.contracts.redmine import RedmineBench, pm


@pytest.fixture
async def redmine(street: Street) -> AsyncIterator[RedmineBench]:
    async with pm(await street.open(system_named("redmine"))) as bench:
        yield bench
