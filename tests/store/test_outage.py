"""While PostgreSQL is down, callers are told to try again, and nothing is half done."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from sqlalchemy import literal, make_url, select

from domain.effect import EffectState
from ports.failures import Unreachable
from store import Store, StoreUnavailable, open_store
from store.database import Database, Query, plain_url
from store.tables import effects
from tests.postgres import private_postgres
from tests.store.values import DRAFT, NOW, OPERATION_TIMEOUT, baseline, intent, made


@pytest.fixture
async def lonely(database_url: str) -> AsyncIterator[Store]:
    """A store with one connection, so that the next call uses the broken one."""
    async with open_store(database_url, pool_size=1) as opened:
        yield opened


def cut_every_connection(url: str) -> None:
    with psycopg.connect(plain_url(url), autocommit=True) as admin:
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )


async def test_a_broken_connection_is_an_outage_and_the_next_call_works(
    lonely: Store, database_url: str
) -> None:
    this = intent("cut")
    await lonely.effect_ledger.begin(
        this, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
    )
    cut_every_connection(database_url)
    with pytest.raises(StoreUnavailable) as outage:
        await lonely.effect_ledger.confirm(this.key, 1, [made("cut-1")])
    assert isinstance(outage.value, Unreachable)
    assert outage.value.system == "postgres"
    effect = await lonely.effect_ledger.confirm(this.key, 1, [made("cut-1")])
    assert effect.state is EffectState.CONFIRMED


async def test_a_server_that_was_down_is_found_again() -> None:
    async with private_postgres() as server:
        await server.program.kill()
        async with Database.open(server.url, pool_size=2, pool_timeout=0.5) as database:
            with pytest.raises(StoreUnavailable):
                async with database.session():
                    pass
            await server.program.up()
            async with asyncio.timeout(15):
                while not await _answers(database):
                    await asyncio.sleep(0.1)


async def _answers(database: Database) -> bool:
    try:
        async with database.session() as session:
            return await session.one(Query(select(literal(1)))) is not None
    except StoreUnavailable:
        return False


async def test_what_holds_a_contract_for_too_long_is_an_outage(
    lonely: Store, database_url: str
) -> None:
    await lonely.billing_ledger.agree(baseline("held"), now=NOW)
    with psycopg.connect(plain_url(database_url)) as holder:
        holder.execute("select * from contracts for update")
        impatient = make_url(database_url).update_query_dict({"options": "-c lock_timeout=100"})
        address = impatient.render_as_string(hide_password=False)
        async with open_store(address, pool_size=1) as store:
            with pytest.raises(StoreUnavailable, match="lock timeout"):
                await store.billing_ledger.agree(baseline("held", 2), now=NOW)


async def test_a_transaction_that_fails_leaves_nothing(lonely: Store, database_url: str) -> None:
    this = intent("left")
    begun = await lonely.effect_ledger.begin(
        this, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
    )

    async def wipe_and_fail() -> None:
        async with (
            Database.open(database_url, pool_size=1) as database,
            database.transaction() as session,
        ):
            await session.run(Query(effects.delete()))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await wipe_and_fail()
    assert await lonely.effect_ledger.read(this.key) == begun
