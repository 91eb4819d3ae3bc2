"""Calls side by side, and facts read once."""

import asyncio
from datetime import timedelta

import pytest

from connectors.common import Cached, together
from ports.failures import Absent, Unreachable


async def test_the_first_failure_is_raised_itself_and_ends_the_rest() -> None:
    ended: list[str] = []

    async def fails() -> None:
        raise Absent("vendor", "gone")

    async def waits() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("ended")

    async def both() -> None:
        async with together() as group:
            group.create_task(waits())
            group.create_task(fails())

    with pytest.raises(Absent, match="gone"):
        await both()
    assert ended == ["ended"]


async def test_a_failure_of_a_group_within_a_group_is_raised_itself() -> None:
    async def fails() -> None:
        async with together() as inner:
            inner.create_task(_down())

    with pytest.raises(Unreachable):
        async with together() as group:
            group.create_task(fails())


async def test_a_mistake_of_ours_is_no_connector_failure() -> None:
    async def errs() -> None:
        raise ZeroDivisionError

    with pytest.raises(ExceptionGroup):
        async with together() as group:
            group.create_task(errs())


async def test_a_fact_is_read_once_for_all_who_ask_and_again_when_it_is_old() -> None:
    reads: list[int] = []
    now = [0.0]

    async def read() -> int:
        await asyncio.sleep(0)
        reads.append(len(reads))
        return len(reads)

    cached = Cached(read, timedelta(minutes=5), clock=lambda: now[0])
    assert set(await asyncio.gather(*(cached.get() for _ in range(3)))) == {1}
    now[0] = 299
    assert await cached.get() == 1
    now[0] = 300
    assert await cached.get() == 2
    assert await cached.again() == 3


async def test_a_fact_that_could_not_be_read_is_asked_for_again() -> None:
    answers: list[int | None] = [None, 7]

    async def read() -> int:
        found = answers.pop(0)
        if found is None:
            await _down()
        return found or 0

    cached = Cached(read, timedelta(minutes=5))
    with pytest.raises(Unreachable):
        await cached.get()
    assert await cached.get() == 7


async def _down() -> None:
    raise Unreachable("vendor", "down")
