"""A system is polled at its interval, and everybody can see when a poll last succeeded."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.testing import ActivityEnvironment

from activities.poll_schedule import PollSchedule
from ports.failures import Throttled, Unreachable

INTERVAL = timedelta(milliseconds=5)


class Recorded:
    """Cursors that keep what was recorded."""

    def __init__(self) -> None:
        self.polls: dict[str, datetime] = {}

    async def read(self, poll: str) -> datetime | None:
        return self.polls.get(poll)

    async def advance(self, poll: str, to: datetime) -> None:
        self.polls[poll] = to

    async def record_poll(self, poll: str, *, at: datetime) -> None:
        self.polls[poll] = at

    async def last_polls(self) -> Mapping[str, datetime]:
        return self.polls


def now() -> datetime:
    return datetime.now(UTC)


async def polled(outcomes: list[Exception | None], *, pauses: bool = False) -> Recorded:
    """Poll once for each outcome, then shut the worker down."""
    cursors, environment = Recorded(), ActivityEnvironment()
    schedule = PollSchedule("crm", INTERVAL, cursors, now)

    async def poll_once() -> None:
        outcome = outcomes.pop(0)
        if not outcomes:
            environment.worker_shutdown()
        if outcome:
            raise outcome

    async with asyncio.timeout(5 if pauses else 2):
        await environment.run(schedule.repeat, poll_once)
    return cursors


async def test_a_poll_is_repeated_until_the_worker_shuts_down() -> None:
    outcomes: list[Exception | None] = [None] * 10
    cursors = await polled(outcomes)
    assert not outcomes
    assert (now() - cursors.polls["crm"]).total_seconds() < 1


async def test_a_failed_poll_is_repeated_and_does_not_count_as_good() -> None:
    outcomes: list[Exception | None] = [Unreachable("hubspot", "down")] * 3
    cursors = await polled(outcomes)
    assert not outcomes
    assert not cursors.polls


async def test_a_vendor_gets_the_pause_that_it_asks_for() -> None:
    pause = timedelta(milliseconds=200)
    started = now()
    await polled([Throttled("hubspot", "slow down", pause=pause), None])
    assert now() - started >= pause


async def test_an_error_that_nobody_foresaw_ends_the_activity() -> None:
    with pytest.raises(ZeroDivisionError):
        await polled([ZeroDivisionError(), None])


async def test_an_activity_ends_when_its_span_is_over() -> None:
    cursors = Recorded()
    schedule = PollSchedule("pm", INTERVAL, cursors, now, span=timedelta(milliseconds=50))

    async def poll_once() -> None:
        pass

    async with asyncio.timeout(2):
        await ActivityEnvironment().run(schedule.repeat, poll_once)
    assert cursors.polls
