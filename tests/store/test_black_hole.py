"""While packets to PostgreSQL are lost, every call ends within its bound, and the pool recovers."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import pytest
from sqlalchemy import func, literal, make_url, select

from domain.effect import EffectState
from store import PoolExhausted, StoreUnavailable, open_store, schema_is_current
from store.database import Database, Query
from testbed.stack.tcp_proxy import TcpProxy, tcp_proxy
from tests.store.values import DRAFT, OPERATION_TIMEOUT, intent, made

SIZE: Final = 4
BOUND: Final = 30.0
"""Far longer than the time-outs below: a call that hangs does not end within it."""
ONE: Final = Query(select(literal(1)))
SLEEP: Final = Query(select(func.pg_sleep(60)))


@pytest.fixture
async def proxy(database_url: str) -> AsyncIterator[TcpProxy]:
    server = make_url(database_url)
    assert server.host
    assert server.port
    async with tcp_proxy(server.host, server.port) as proxy:
        yield proxy


@pytest.fixture
def url(proxy: TcpProxy, database_url: str) -> str:
    host, port = proxy.address
    there = make_url(database_url).set(host=host, port=port)
    return there.render_as_string(hide_password=False)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    async with Database.open(url, pool_size=SIZE, pool_timeout=1, answer_timeout=1) as opened:
        yield opened


async def ask(database: Database, query: Query = ONE) -> None:
    async with database.session() as session:
        await session.one(query)


async def ask_at_once(database: Database, times: int) -> list[type[BaseException] | None]:
    """Return how each call ended; fail if one does not end."""
    async with asyncio.timeout(BOUND):
        calls = (ask(database) for _ in range(times))
        ended = await asyncio.gather(*calls, return_exceptions=True)
    return [None if end is None else type(end) for end in ended]


async def grow(database: Database) -> None:
    """Take every connection at once, so that the pool is as large as it may be."""
    everybody = asyncio.Barrier(SIZE)

    async def hold() -> None:
        async with database.session() as session:
            await session.one(ONE)
            await everybody.wait()

    async with asyncio.timeout(BOUND), asyncio.TaskGroup() as holders:
        for _ in range(SIZE):
            holders.create_task(hold())


async def recovered(database: Database) -> None:
    """Wait until PostgreSQL answers, and check that no connection is missing."""
    async with asyncio.timeout(BOUND):
        while await ask_at_once(database, 1) != [None]:
            await asyncio.sleep(0.05)
    await grow(database)


@pytest.mark.parametrize("callers", [1, 3 * SIZE])
async def test_a_statement_without_an_answer_is_an_outage(
    database: Database, proxy: TcpProxy, callers: int
) -> None:
    await grow(database)
    proxy.black_hole()
    assert set(await ask_at_once(database, callers)) == {StoreUnavailable}
    proxy.heal()
    await recovered(database)


async def test_a_commit_without_an_answer_is_an_outage(database: Database, proxy: TcpProxy) -> None:
    async def commit_into_the_void() -> None:
        async with database.transaction() as session:
            await session.one(ONE)
            proxy.black_hole()

    async with asyncio.timeout(BOUND):
        with pytest.raises(StoreUnavailable, match="no answer within 1 s"):
            await commit_into_the_void()
    proxy.heal()
    await recovered(database)


async def test_a_pool_that_cannot_grow_is_an_outage(database: Database, proxy: TcpProxy) -> None:
    await ask(database)
    async with database.session():
        proxy.black_hole()
        assert set(await ask_at_once(database, SIZE)) == {StoreUnavailable}
    proxy.heal()
    await recovered(database)


async def test_a_caller_who_is_cancelled_leaves_no_connection_behind(
    database: Database, proxy: TcpProxy
) -> None:
    await grow(database)
    proxy.black_hole()
    calls = [asyncio.create_task(ask(database)) for _ in range(SIZE)]
    await asyncio.sleep(0)
    for call in calls:
        call.cancel()
    async with asyncio.timeout(BOUND):
        await asyncio.wait(calls)
    proxy.heal()
    await recovered(database)


async def test_one_lost_connection_replaces_those_beside_it(
    database: Database, proxy: TcpProxy
) -> None:
    await grow(database)
    proxy.forget()
    assert await ask_at_once(database, 1) == [StoreUnavailable]
    assert await ask_at_once(database, SIZE) == [None] * SIZE


async def test_a_broken_connection_replaces_those_beside_it(
    database: Database, proxy: TcpProxy
) -> None:
    await grow(database)
    proxy.cut()
    assert await ask_at_once(database, 1) == [StoreUnavailable]
    assert await ask_at_once(database, SIZE) == [None] * SIZE


async def test_a_statement_that_takes_too_long_costs_its_connection_only(
    database: Database,
) -> None:
    with pytest.raises(StoreUnavailable, match="no answer within 1 s"):
        await ask(database, SLEEP)
    await recovered(database)


async def test_a_worker_that_asks_for_the_schema_is_not_held_up(url: str, proxy: TcpProxy) -> None:
    assert await schema_is_current(url)
    proxy.black_hole()
    async with asyncio.timeout(BOUND):
        with pytest.raises(StoreUnavailable):
            await schema_is_current(url)


async def test_an_effect_begun_before_a_black_hole_is_confirmed_after_it(
    url: str, proxy: TcpProxy
) -> None:
    this = intent("black-hole")
    async with open_store(url, pool_size=2, pool_timeout=1, answer_timeout=1) as store:
        await store.effect_ledger.begin(
            this, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
        )
        proxy.black_hole()
        async with asyncio.timeout(BOUND):
            with pytest.raises(StoreUnavailable):
                await store.effect_ledger.confirm(this.key, 1, [made("bh-1")])
        proxy.heal()
        async with asyncio.timeout(BOUND):
            while True:
                try:
                    effect = await store.effect_ledger.confirm(this.key, 1, [made("bh-1")])
                    break
                except StoreUnavailable:
                    await asyncio.sleep(0.05)
    assert effect.state is EffectState.CONFIRMED


async def test_a_pool_whose_connections_are_all_busy_is_no_outage(
    database_url: str,
) -> None:
    async with Database.open(database_url, pool_size=1, pool_timeout=0.5) as database:
        free, over = asyncio.Event(), asyncio.Event()

        async def hold(until: asyncio.Event) -> None:
            async with database.session() as session:
                await session.one(ONE)
                await until.wait()

        async with asyncio.TaskGroup() as holders:
            for until in (free, over):
                holders.create_task(hold(until))
                await asyncio.sleep(0.1)
            late = asyncio.create_task(ask(database))
            await asyncio.sleep(0.1)
            free.set()  # the connection is well, and goes to the second holder
            with pytest.raises(PoolExhausted, match="CASHWARD_DATABASE__POOL_SIZE"):
                await late
            over.set()
        await ask(database)
