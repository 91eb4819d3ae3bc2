"""A store on a database of the module's own, and values that are short to write."""

from collections.abc import AsyncIterator

import pytest

from store import Store, open_store
from testbed.stack.postgres import as_worker


@pytest.fixture(scope="module")
async def store(database_url: str) -> AsyncIterator[Store]:
    async with open_store(as_worker(database_url), pool_size=8) as opened:
        yield opened
