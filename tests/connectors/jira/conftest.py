"""Jira's harness, as the contract suite has it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contracts.jira import JiraHarness, pm


@pytest.fixture
async def jira(tmp_path: Path) -> AsyncIterator[JiraHarness]:
    async with pm(tmp_path) as harness:
        yield harness
