"""Virtual time, which passes only when nothing can run: an hour of waiting takes no time."""

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
START = datetime(2027, 3, 1, 9, tzinfo=UTC)


class Stuck(AssertionError):
    """Every task waits, and nothing will ever happen again."""


class _Skipping(selectors.SelectSelector):
    """A selector that advances the clock instead of waiting."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Stuck
        self.now += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose seconds are not real."""

    def __init__(self) -> None:
        self._skipping = _Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        return self._skipping.now


def seconds() -> float:
    """Return the seconds since the loop was made."""
    return asyncio.get_running_loop().time()


def now() -> datetime:
    return START + timedelta(seconds=seconds())


def run(story: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in virtual time, on a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(story)
