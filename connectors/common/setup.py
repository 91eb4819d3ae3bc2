"""Checks of a connection, for a probe."""

from collections.abc import Awaitable, Sequence

from connectors.common.together import all_of
from ports.failures import Misconfigured


async def problems_of(*checks: Awaitable[Sequence[str]]) -> tuple[str, ...]:
    """Runs the checks side by side and collects their problems, each once.

    A check that raises Misconfigured has one problem.
    """
    found = await all_of(map(_problems, checks))
    return tuple(dict.fromkeys(problem for problems in found for problem in problems))


async def _problems(check: Awaitable[Sequence[str]]) -> Sequence[str]:
    try:
        return await check
    except Misconfigured as failure:
        return [failure.reason]
