"""The database's clock decides, whatever a machine's own says."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from domain.effect import Effect, IdempotencyPolicy, NotSettled, Strategy
from ports.lease import machine_seconds
from store import Store
from store.clock import ClockMoved, DatabaseClock
from store.database import Database
from store.effect_ledger import PgEffectLedger
from tests.store.values import intent

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


class Stopwatch:
    """Seconds that a test lets pass."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
async def clock(database_url: str, watch: Stopwatch) -> AsyncIterator[DatabaseClock]:
    async with Database.open(database_url, pool_size=1) as database:
        yield DatabaseClock(database, watch)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_the_time_goes_on_by_this_machines_seconds(clock: DatabaseClock, watch: Stopwatch) -> None:
    clock.observe(NOON, sent=100.0)
    watch.seconds = 160.0
    assert after(60) <= clock.now() <= after(60.1)


def test_the_time_is_never_earlier_than_the_databases(
    clock: DatabaseClock, watch: Stopwatch
) -> None:
    """The answer took two seconds: the database may have read its clock at once."""
    watch.seconds = 102.0
    clock.observe(NOON, sent=100.0)
    assert after(2) <= clock.now() <= after(2.01)


def test_an_old_reading_is_not_earlier_either(clock: DatabaseClock, watch: Stopwatch) -> None:
    """The database's clock runs a little faster, as a clock may that is slewed."""
    clock.observe(NOON, sent=100.0)
    watch.seconds = 3700.0
    assert clock.now() >= after(3601.8)


async def test_an_old_reading_begins_no_attempt(database_url: str, watch: Stopwatch) -> None:
    async with Database.open(database_url, pool_size=1) as database, database.session() as session:
        clock = DatabaseClock(database, watch)
        await clock.set(session)
        before = clock.now()
        watch.seconds += 61
        with pytest.raises(ClockMoved):  # the database is not 61 s further
            await clock.set(session)
        assert clock.now() < before + timedelta(seconds=61)


def test_a_nearer_reading_replaces_a_vague_one(clock: DatabaseClock, watch: Stopwatch) -> None:
    watch.seconds = 102.0
    clock.observe(NOON, sent=100.0)
    watch.seconds = 102.1
    clock.observe(after(0.5), sent=102.09)
    assert after(0.51) <= clock.now() < after(0.52)


@pytest.mark.parametrize("step", [-600, 600])
def test_a_clock_that_was_set_starts_the_attempt_again(
    clock: DatabaseClock, watch: Stopwatch, step: float
) -> None:
    clock.observe(NOON, sent=100.0)
    watch.seconds = 110.0
    with pytest.raises(ClockMoved, match=re.escape(f"moved by {step:+.1f} s")):
        clock.observe(after(10 + step), sent=110.0)
    assert clock.now() == after(10 + step)
    clock.observe(after(10 + step), sent=110.0)


async def test_after_a_jump_of_the_databases_clock_no_attempt_follows_another_too_early(
    database_url: str,
) -> None:
    """The database says that a second went by, and this machine saw none."""
    unseen = 0.0
    brief = timedelta(seconds=0.5)
    policy = IdempotencyPolicy(strategy=Strategy.DRAFT, settle_time=brief)
    async with Database.open(database_url, pool_size=1) as database:
        clock = DatabaseClock(database, lambda: machine_seconds() - unseen)
        ledger = PgEffectLedger(database, clock)

        async def begin(name: str = "jumped") -> Effect:
            return await ledger.begin(
                intent(name), policy, operation_timeout=brief, is_repeatable=False
            )

        await begin()
        await asyncio.sleep(1.1)
        unseen = 1.1
        with pytest.raises(ClockMoved):
            await begin()
        with pytest.raises(NotSettled) as early:
            await begin()
        assert (await begin("another")).attempt == 1
        await asyncio.sleep(early.value.wait.total_seconds())
        assert (await begin()).attempt == 2


async def test_a_machine_knows_how_far_its_clock_is_from_the_databases(store: Store) -> None:
    assert abs(await store.clock.skew()) < timedelta(hours=1)
