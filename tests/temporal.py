"""One Temporal server for all tests, with our search attributes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from temporalio.common import SearchAttributeKey
from temporalio.testing import WorkflowEnvironment

from runtime.local.binaries import find_temporal
from workflows.desk import NEEDS_ATTENTION
from workflows.dossier import CUSTOMER, DEAL_STAGE, DEAL_VALUE, OWNER, PROJECT_KEY

ATTRIBUTES: tuple[SearchAttributeKey[Any], ...] = (
    NEEDS_ATTENTION,
    CUSTOMER,
    DEAL_STAGE,
    DEAL_VALUE,
    OWNER,
    PROJECT_KEY,
)


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    """A real server, in memory."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(find_temporal()),
        search_attributes=ATTRIBUTES,
        dev_server_log_level="error",
    ) as environment:
        yield environment
