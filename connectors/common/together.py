"""Calls made side by side, where the first failure ends them all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ports.failures import ConnectorFailure


@asynccontextmanager
async def together() -> AsyncIterator[asyncio.TaskGroup]:
    """A task group that raises the first connector failure itself, not a group of one."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except* ConnectorFailure as failed:
        first = failed
    else:
        return
    raise _leaf(first)


def _leaf(failed: BaseExceptionGroup[ConnectorFailure]) -> ConnectorFailure:
    inner = failed.exceptions[0]
    return _leaf(inner) if isinstance(inner, BaseExceptionGroup) else inner
