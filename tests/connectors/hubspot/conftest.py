"""HubSpot's sandbox with people in sales, and a socket that answers as a test scripts it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.connectors.common.conftest import wire
from tests.contracts import hubspot
from tests.contracts.hubspot import HubspotHarness

__all__ = ["harness", "wire"]


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[HubspotHarness]:
    async with hubspot.crm(tmp_path) as opened:
        yield opened
