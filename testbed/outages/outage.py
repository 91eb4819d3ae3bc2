"""One outage: how long it took until all was quiet, and what harm it did."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from testbed.demo.story import Sale
from testbed.outages.scene import Scene

Tell = Callable[[str], None]
Harm = Mapping[str, Sequence[str]]
_LOOK_INTERVAL: Final = 1.0
_PATIENCE: Final = 4
"""How many times the wanted time is waited for, to say how long it took."""


@dataclass(frozen=True, kw_only=True)
class Outage:
    """What was taken away, and what came of it. All times are in seconds."""

    what: str
    quiet_after: float
    within: float
    harm: Harm
    longest_attempt: float = 0.0
    longest_allowed: float = 0.0

    @property
    def is_clean(self) -> bool:
        is_in_time = self.quiet_after <= self.within
        return is_in_time and self.longest_attempt <= self.longest_allowed and not self.harms

    @property
    def harms(self) -> int:
        return sum(map(len, self.harm.values()))


async def quiet_after(
    scene: Scene, sales: Sequence[Sale], acting: "asyncio.Task[None]", *, within: float
) -> tuple[float, Harm]:
    """Wait until all is quiet, or far too long; return the seconds, and the harm by then."""
    began = time.monotonic()
    while time.monotonic() - began < _PATIENCE * within and not await scene.is_quiet(sales):
        if acting.done():
            acting.result()
        await asyncio.sleep(_LOOK_INTERVAL)
    return time.monotonic() - began, await scene.harm(sales)
