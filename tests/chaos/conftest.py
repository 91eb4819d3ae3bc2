"""One installation on the sandbox, and the calls by which a deal changes the vendors."""

from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.sandboxed import Sandboxed, open_sandboxed


@pytest.fixture(scope="module")
async def installation(
    temporal: WorkflowEnvironment, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Sandboxed]:
    async with open_sandboxed(temporal, database_url, tmp_path_factory.mktemp("vendors")) as opened:
        yield opened


@pytest.fixture(scope="module")
async def operations(installation: Sandboxed) -> list[str]:
    """Return the operations that the vendors logged for one undisturbed deal."""
    of_set_up = await installation.changing_calls()
    await installation.carry(await installation.sell(installation.orders(1)))
    return [each for each in await installation.changing_calls() if each not in of_set_up]
