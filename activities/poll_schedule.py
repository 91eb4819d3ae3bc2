"""Repeats a system's poll, in one long activity that one worker has at a time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

from temporalio import activity

from ports.cursors import Cursors
from ports.failures import ConnectorFailure

POLL_SPAN = timedelta(hours=1)
"""How long one activity polls before the next takes over; each adds to the run's history."""
POLL_TIMEOUT = timedelta(minutes=2)
"""A poll that takes longer counts as failed."""
LONGEST_PAUSE = timedelta(minutes=5)
"""The longest pause between two polls, whatever a vendor asks for."""

_log = logging.getLogger(__name__)


class PollSchedule:
    """Repeats the poll of one system at its interval, and records when one last succeeded."""

    def __init__(  # noqa: PLR0913, PLR0917 - each is a thing it needs
        self,
        system: str,
        interval: timedelta,
        cursors: Cursors,
        clock: Callable[[], datetime],
        span: timedelta = POLL_SPAN,
        timeout: timedelta = POLL_TIMEOUT,
    ) -> None:
        self._system = system
        self._interval = interval
        self._cursors = cursors
        self._clock = clock
        self._span = span
        self._timeout = timeout
        self._polled_at = clock()

    async def repeat(self, poll_once: Callable[[], Awaitable[object]]) -> None:
        """Poll until the span is over or this worker shuts down.

        A vendor that fails is polled again at the next interval. Any other error ends the
        activity; Temporal starts it again.
        """
        end = self._clock() + self._span
        while self._clock() < end and not activity.is_worker_shutdown():
            pause = await self._poll(poll_once)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause.total_seconds()):
                    await activity.wait_for_worker_shutdown()

    async def _poll(self, poll_once: Callable[[], Awaitable[object]]) -> timedelta:
        """Poll once, and return how long to wait for the next poll."""
        pause = self._interval
        try:
            async with asyncio.timeout(self._timeout.total_seconds()):
                await poll_once()
            self._polled_at = self._clock()
            await self._cursors.record_poll(self._system, at=self._polled_at)
        except (ConnectorFailure, TimeoutError) as failure:
            asked = getattr(failure, "pause", None) or self._interval
            pause = max(self._interval, min(asked, LONGEST_PAUSE))
            _log.warning("the poll of %s failed: %r", self._system, failure)
        self._measure_age()
        return pause

    def _measure_age(self) -> None:
        gauge = activity.metric_meter().create_gauge_float(
            "cashward_poll_age", "Time since the last good poll of this system.", "s"
        )
        age = (self._clock() - self._polled_at).total_seconds()
        gauge.set(age, {"polled_system": self._system})
