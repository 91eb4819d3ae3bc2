"""Makes calls side by side; the first failure ends them all."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from ports.failures import ConnectorFailure

T = TypeVar("T")


@asynccontextmanager
async def together() -> AsyncIterator[asyncio.TaskGroup]:
    """Open a task group that raises the first connector failure itself, not a group of one."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except* ConnectorFailure as failed:
        first = failed
    else:
        return
    raise _leaf(first)


async def all_of(calls: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """The results of calls made side by side."""
    async with together() as group:
        tasks = [group.create_task(call) for call in calls]
    return [task.result() for task in tasks]


def _leaf(failed: BaseExceptionGroup[ConnectorFailure]) -> ConnectorFailure:
    inner = failed.exceptions[0]
    return _leaf(inner) if isinstance(inner, BaseExceptionGroup) else inner
