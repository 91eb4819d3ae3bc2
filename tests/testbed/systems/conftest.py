"""What every test on real systems may ask for."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import URL
from temporalio.testing import WorkflowEnvironment

from testbed.systems.system_pool import SystemPool
from tests.postgres import fresh_database
from tests.testbed.systems.real_installation import RealInstallation, open_real_installation


@pytest.fixture
async def installation(
    temporal: WorkflowEnvironment, postgres: URL, system_pool: SystemPool
) -> AsyncIterator[RealInstallation]:
    """An installation with a database of its own, since systems that are reset reuse their ids."""
    with fresh_database(postgres) as url:
        async with open_real_installation(temporal, url, system_pool) as opened:
            yield opened
