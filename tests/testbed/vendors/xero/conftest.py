"""The testbed's Xero, served on a free port."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.testbed.vendors.xero.caller import Caller, Open, opened


@pytest.fixture
def open_xero(tmp_path: Path) -> Open:
    """Opens the server on this test's state; a second time, as after a restart."""
    return lambda **options: opened(tmp_path, **options)


@pytest.fixture
async def xero(open_xero: Open) -> AsyncIterator[Caller]:
    async with open_xero() as caller:
        yield caller
