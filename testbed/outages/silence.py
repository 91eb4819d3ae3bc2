"""PostgreSQL or Temporal loses every packet for a while, and then gets them again."""

import asyncio
import time
from typing import Final

from cli.context import settings_of
from store.database import ANSWER_TIMEOUT
from testbed.outages.outage import Outage, Tell, quiet_after
from testbed.outages.people import People
from testbed.outages.scene import Scene

PACE: Final = 40.0
"""People need so many seconds for all deals, if the machine lets them."""
_WITHIN: Final = 60.0
_SAMPLE_INTERVAL: Final = 1.0
_SOON: Final = 0.02


async def silence(scene: Scene, people: People, system: str, seconds: float, tell: Tell) -> Outage:
    """Let a system be silent for so long, in the middle of deals, while steps run."""
    acting = asyncio.create_task(people.act())
    try:
        while not (people.are_midway and await scene.longest_attempt()):
            await asyncio.sleep(_SOON)
        tell(f"{system} is silent from now on: {people.progress}")
        longest = await _silent(scene, system, seconds)
        tell(f"{system} answers again: {people.progress}")
        people.hurry()
        after, harm = await quiet_after(scene, people.sales, acting, within=_WITHIN)
    finally:
        acting.cancel()
        await asyncio.gather(acting, return_exceptions=True)
    return Outage(
        what=f"{system} silent for {seconds:.0f} s",
        quiet_after=after,
        within=_WITHIN,
        harm=harm,
        longest_attempt=longest,
        longest_allowed=_longest_allowed(scene),
    )


async def _silent(scene: Scene, system: str, seconds: float) -> float:
    """Return the longest attempt of a step meanwhile."""
    proxy, began, longest = scene.proxies[system], time.monotonic(), 0.0
    proxy.black_hole()
    try:
        while time.monotonic() - began < seconds:
            longest = max(longest, await scene.longest_attempt())
            await asyncio.sleep(_SAMPLE_INTERVAL)
    finally:
        proxy.heal()
    return longest


def _longest_allowed(scene: Scene) -> float:
    """The time of an attempt that begins on record, makes its calls, and is put on record."""
    settings = settings_of(scene.stack.environment)
    on_record = settings.database.pool_timeout_seconds + ANSWER_TIMEOUT
    return 2 * on_record + settings.timing.operation_timeout_seconds
