"""Kills and stops of workers and cuts of the database's connections, spread over the whole run."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from testbed.attack import timing
from testbed.attack.driver import Driver
from testbed.attack.messages import Point, Strike, StrikeKind
from testbed.attack.worker_pool import WorkerPool
from testbed.stack.tcp_proxy import TcpProxy

_TICK: Final = 0.05
_AIMED: Final = 0.5
_SHORTEST, _LONGEST = 0.4, 10.0
"""How long a stop lasts, in operation time-outs."""


class Disturbance(StrEnum):
    """A kind of disturbance."""

    KILL = "kills"
    STOP = "stops"
    CUT = "cuts"


@dataclass
class Disturber:
    """Deals all disturbances in a random order, at even intervals of the progress.

    Half of the strikes fall on a worker at any moment. The other half fall at an exact point of a
    step, where a lost attempt does most harm.
    """

    pool: WorkerPool
    driver: Driver
    proxy: TcpProxy
    wanted: dict[Disturbance, int]
    chance: random.Random
    cuts: int = 0
    _queue: list[Disturbance] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self._queue = [kind for kind, times in self.wanted.items() for _ in range(times)]
        self.chance.shuffle(self._queue)

    async def work(self, progress: Callable[[], float]) -> None:
        """Work until all is dealt and the progress is 1; make good an aimed strike that missed."""
        for number, kind in enumerate(self._queue, start=1):
            await _until(progress, number / (len(self._queue) + 1))
            self._deal(kind, is_aimed=self.chance.random() < _AIMED)
        await _until(progress, 1)
        self.driver.strikes.clear()
        while missing := self._missing():
            for kind in missing:
                self._deal(kind, is_aimed=False)
            await asyncio.sleep(timing.OPERATION)

    def done(self) -> dict[Disturbance, int]:
        strikes = self.pool.strikes
        return {
            Disturbance.KILL: strikes[StrikeKind.KILL],
            Disturbance.STOP: strikes[StrikeKind.STOP],
            Disturbance.CUT: self.cuts,
        }

    def _missing(self) -> list[Disturbance]:
        done = self.done()
        return [kind for kind, times in self.wanted.items() if done[kind] < times]

    def _deal(self, kind: Disturbance, *, is_aimed: bool) -> None:
        if kind is Disturbance.CUT:
            self.cuts += 1
            self.proxy.cut()
            return
        strike = StrikeKind.KILL if kind is Disturbance.KILL else StrikeKind.STOP
        worker, point = self.chance.choice(self.pool.places), self.chance.choice([*Point])
        # Most stops are short, some are as long as the longest.
        seconds = timing.OPERATION * _SHORTEST * (_LONGEST / _SHORTEST) ** self.chance.random() ** 2
        if is_aimed:
            self.driver.strikes.append(Strike(point=point, strike=strike, seconds=seconds))
        elif strike is StrikeKind.KILL:
            self.pool.kill(worker)
        else:
            self.pool.stop(worker, seconds)


async def _until(progress: Callable[[], float], part: float) -> None:
    while progress() < part:
        await asyncio.sleep(_TICK)
