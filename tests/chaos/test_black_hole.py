"""While packets to PostgreSQL are lost, no step hangs; then all goes on, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from testbed.attack.settings import UNLIMITED
from testbed.stack.tcp_proxy import TcpProxy, tcp_proxy
from testbed.vendors import serve
from tests.chaos.installation import harm_of, open_installation, prepared

DEALS = 2
SILENT_FOR = 3.0


@pytest.fixture
async def proxy(database_url: str) -> AsyncIterator[TcpProxy]:
    server = make_url(database_url)
    assert server.host
    assert server.port
    async with tcp_proxy(server.host, server.port) as opened:
        yield opened


async def test_deals_outlive_a_database_that_is_silent(
    proxy: TcpProxy, database_url: str, tmp_path: Path
) -> None:
    host, port = proxy.address
    through = make_url(database_url).set(host=host, port=port)
    async with serve(tmp_path, config=UNLIMITED) as sandbox:
        deals = await prepared(sandbox.urls, DEALS)
        url = through.render_as_string(hide_password=False)
        async with open_installation(sandbox.urls, url) as ours:
            carrying = asyncio.create_task(ours.carry(deals))
            while ours.steps_done < DEALS:
                await asyncio.sleep(0.01)
            proxy.black_hole()
            await asyncio.sleep(SILENT_FOR)
            proxy.heal()
            outcomes = await carrying
        assert ours.failures > 0
        assert await harm_of(sandbox.urls, database_url, outcomes) == {}
