"""A store on a database of each test's own, since polls share their cursors."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import URL

from store import Store, open_store
from tests.postgres import fresh_database


@pytest.fixture
async def store(postgres: URL) -> AsyncIterator[Store]:
    with fresh_database(postgres) as url:
        async with open_store(url, pool_size=4) as opened:
            yield opened
