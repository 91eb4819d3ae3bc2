"""HubSpot's sandbox with sales at work in it, and a socket that says what a test tells it to."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.connectors.common.conftest import wire
from tests.contracts import hubspot
from tests.contracts.hubspot import HubspotHarness

__all__ = ["bench", "wire"]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[HubspotHarness]:
    async with hubspot.crm(tmp_path) as opened:
        yield opened
