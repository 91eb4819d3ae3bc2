"""What every test on real systems may ask for."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import URL
from temporalio.testing import WorkflowEnvironment

from testbed.systems.street import Street
from tests.postgres import fresh_database
from tests.testbed.systems.town import Town, open_town


@pytest.fixture
async def town(temporal: WorkflowEnvironment, postgres: URL, street: Street) -> AsyncIterator[Town]:
    """Each in a database of its own: systems that are set back give their ids out again."""
    with fresh_database(postgres) as url:
        async with open_town(temporal, url, street) as opened:
            yield opened
