"""A network to a vendor: calls may be lost, late, refused, or done without an answer."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import TypeVar

from ports.failures import Throttled, Uncertain, Unreachable
from tests.simulation.virtual import seconds

T = TypeVar("T")
VENDOR = "vendor"
TENANT = "simulated"
PATIENCE = timedelta(seconds=30)
LATE = 8.0
LAG = 4.0
SETTLE = timedelta(seconds=LATE + LAG)
"""How long a call may be on its way and then be hidden from a search."""
ZOMBIE = 20 * LATE
LONGEST_STALL = 5 * PATIENCE.total_seconds()


@dataclass(frozen=True)
class Flight:
    """One change on its way: when it lands, if it does, and the sender's answer."""

    lands: float | None
    says: str
    is_zombie: bool = False

    def lands_after(self, moment: float) -> bool:
        return self.lands is not None and self.lands > moment


class Network:
    """Decides the outcome of each call. After `until` nothing fails any more."""

    def __init__(self, chance: Random, rate: float, until: float) -> None:
        self._chance = chance
        self._rate = rate
        self._until = until

    def plan(self, *, zombies: bool) -> Flight:
        soon = seconds() + self._chance.uniform(0.05, 0.5)
        if not self._goes_wrong():
            return Flight(soon, "done")
        late = seconds() + self._chance.uniform(0.5, LATE)
        fates = [
            Flight(None, "error"),
            Flight(soon, "error"),
            Flight(soon, "nothing"),
            Flight(late, "nothing"),
            Flight(None, "throttled"),
            Flight(None, "unreachable"),
            Flight(None, "hang"),
            Flight(late, "hang"),
        ]
        if zombies:
            fates.append(Flight(seconds() + self._chance.uniform(LATE, ZOMBIE), "nothing", True))
        return self._chance.choice(fates)

    async def change(self, flight: Flight, do: Callable[[], T]) -> T:
        """Send a change, which lands even if its sender dies meanwhile."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        if flight.lands is not None:
            loop.call_at(flight.lands, _land, answer, do)
        match flight.says:
            case "done":
                return await answer
            case "throttled":
                raise Throttled(VENDOR, "too many calls", pause=timedelta(seconds=2))
            case "unreachable":
                raise Unreachable(VENDOR, "connection refused")
            case "hang":
                await asyncio.sleep(PATIENCE.total_seconds() * 2)
            case _:
                await asyncio.sleep(1)
        raise Uncertain(VENDOR, flight.says, answered=flight.says == "error")

    async def stall(self) -> None:
        """Stop the worker right before it sends, as SIGSTOP does: no time-out reaches it there."""
        if self._goes_wrong() and self._chance.random() < 0.1:
            wakes = seconds() + self._chance.uniform(0, LONGEST_STALL)
            while (left := wakes - seconds()) > 0:
                with suppress(asyncio.CancelledError):
                    await asyncio.sleep(left)

    async def read(self, look: Callable[[], T]) -> T:
        await asyncio.sleep(self._chance.uniform(0.05, 0.5))
        if self._goes_wrong():
            raise Unreachable(VENDOR, "the answer was lost")
        return look()

    def lag(self) -> float:
        return self._chance.uniform(0, LAG)

    def _goes_wrong(self) -> bool:
        return seconds() < self._until and self._chance.random() < self._rate


def _land(answer: asyncio.Future[T], do: Callable[[], T]) -> None:
    try:
        done = do()
    except Exception as refused:  # noqa: BLE001 - the sender is told, if still there
        if not answer.done():
            answer.set_exception(refused)
            answer.exception()
    else:
        if not answer.done():
            answer.set_result(done)
