"""Checks of a connection, for a probe."""

from collections.abc import Awaitable, Sequence

from connectors.common.together import together
from ports.failures import Misconfigured


async def problems_of(*checks: Awaitable[Sequence[str]]) -> tuple[str, ...]:
    """Runs the checks side by side and collects their problems, each once.

    A check that raises Misconfigured has one problem.
    """
    async with together() as group:
        tasks = [group.create_task(_problems(check)) for check in checks]
    return tuple(dict.fromkeys(problem for task in tasks for problem in task.result()))


async def _problems(check: Awaitable[Sequence[str]]) -> Sequence[str]:
    try:
        return await check
    except Misconfigured as failure:
        return [failure.reason]
