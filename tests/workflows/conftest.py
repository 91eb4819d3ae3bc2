"""A world for each module of workflow tests."""

from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.world import World, open_world


@pytest.fixture(scope="module")
async def world(temporal: WorkflowEnvironment, database_url: str) -> AsyncIterator[World]:
    async with open_world(temporal, database_url) as opened:
        yield opened
