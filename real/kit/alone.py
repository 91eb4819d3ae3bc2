"""One run at a time does what all runs of a machine share."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

_GLANCE = 0.5


@asynccontextmanager
async def alone(lock: Path, on_wait: Callable[[], None]) -> AsyncIterator[None]:
    """Nobody else is in a block of this lock, in any process; it is free when its holder dies."""
    held = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _taken(held):
            on_wait()
            while not _taken(held):  # noqa: ASYNC110 - other processes tell us nothing
                await asyncio.sleep(_GLANCE)
        yield
    finally:
        os.close(held)


def _taken(held: int) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
