"""Locks between processes: one at a time changes what all share, and none while others use it."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

_LOOK_INTERVAL = 0.5


@asynccontextmanager
async def alone(lock: Path, on_wait: Callable[[], None]) -> AsyncIterator[None]:
    """Take an exclusive lock over all processes; it is free when its holder dies."""
    async with _held(lock, fcntl.LOCK_EX, on_wait):
        yield


@asynccontextmanager
async def using(lock: Path, on_wait: Callable[[], None]) -> AsyncIterator[None]:
    """Take a shared lock: others may use it too, but nobody exclusively."""
    async with _held(lock, fcntl.LOCK_SH, on_wait):
        yield


@contextmanager
def alone_at_once(lock: Path) -> Iterator[bool]:
    """Try to take the exclusive lock without waiting; say whether we have it."""
    with _opened(lock) as held:
        yield _taken(held, fcntl.LOCK_EX)


@asynccontextmanager
async def _held(lock: Path, how: int, on_wait: Callable[[], None]) -> AsyncIterator[None]:
    with _opened(lock) as held:
        if not _taken(held, how):
            on_wait()
            while not _taken(held, how):  # noqa: ASYNC110 - other processes tell us nothing
                await asyncio.sleep(_LOOK_INTERVAL)
        yield


@contextmanager
def _opened(lock: Path) -> Iterator[int]:
    held = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield held
    finally:
        os.close(held)


def _taken(held: int, how: int) -> bool:
    try:
        fcntl.flock(held, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
