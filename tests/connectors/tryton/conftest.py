"""Tryton itself, with the benches of the contracts."""

from collections.abc import AsyncIterator

import pytest

from real.catalog import system_named
from real.kit.system import Running
from real.street import Street
from tests.contracts import tryton as bench
from tests.contracts.tryton import TrytonBench


@pytest.fixture
async def running(street: Street) -> Running:
    return await street.open(system_named("tryton"))


@pytest.fixture
async def tryton(running: Running) -> AsyncIterator[TrytonBench]:
    async with bench.erp(running) as opened:
        yield opened
