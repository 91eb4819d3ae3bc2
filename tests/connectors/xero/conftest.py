"""Xero's harness, as the contract suite has it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contracts.xero import XeroHarness, erp


@pytest.fixture
async def xero(tmp_path: Path) -> AsyncIterator[XeroHarness]:
    async with erp(tmp_path) as harness:
        yield harness
