"""A cache for facts of a vendor's account that seldom change."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Generic, TypeVar

T = TypeVar("T")
F = TypeVar("F")


class Cached(Generic[T]):
    """A cached value, read when it is asked for and not fresh, by one reader at a time."""

    def __init__(
        self,
        read: Callable[[], Awaitable[T]],
        life: timedelta,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._life = life.total_seconds()
        self._clock = clock
        self._lock = asyncio.Lock()
        self._known: tuple[T, float] | None = None

    async def get(self) -> T:
        async with self._lock:
            if self._known is None or self._clock() - self._known[1] >= self._life:
                asked_at = self._clock()
                self._known = (await self._read(), asked_at)
            return self._known[0]

    async def again(self) -> T:
        """Read the value again, since the known one did not fit."""
        self._known = None
        return await self.get()

    async def find(self, look: Callable[[T], F | None]) -> F | None:
        """Return what `look` finds in the known value, or else in one that is read again."""
        found = look(await self.get())
        return look(await self.again()) if found is None else found
