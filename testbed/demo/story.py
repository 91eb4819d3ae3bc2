"""The events of a demo, as the people in it saw them."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from domain.ids import DealId
from testbed.demo.orders import Order


class Step(StrEnum):
    """The steps of a deal, by who saw them."""

    ENTERED = "entered"
    WON = "won"
    PROJECT = "project"
    REACHED = "reached"
    ISSUED = "issued"
    PAID = "paid"
    CLOSED = "closed"
    KILLED = "killed"


@dataclass(frozen=True, kw_only=True)
class Happened:
    """An event that a person saw or caused. `net` is in the company's currency, without VAT."""

    at: float
    step: Step
    system: str
    what: str
    net: Decimal = Decimal(0)


@dataclass(kw_only=True)
class Sale:
    """A deal under way, and what people have seen of it so far."""

    order: Order
    crm: str = "hubspot"
    id: str = ""
    rate: Decimal = Decimal(1)
    """The value of one unit of its currency in the company's."""
    project: str = ""
    won_at: float = 0.0
    project_at: float = 0.0
    """When people saw it, in seconds since the story began."""
    milestones: list[tuple[str, str]] = field(default_factory=list)
    reached: int = 0
    issued: dict[str, Decimal] = field(default_factory=dict)
    paid: set[str] = field(default_factory=set)
    is_won: bool = False
    is_closed: bool = False

    @property
    def deal(self) -> DealId:
        return DealId(f"{self.crm}:{self.id}")


class SharedLock:
    """Lets people act side by side, and `exclusive` waits until none is in the middle of an act.

    A person whose entry is cut off does not know whether to enter it again. Only Cashward is
    tested for that.
    """

    def __init__(self) -> None:
        self._acting = 0
        self._change = asyncio.Condition()
        self._still = asyncio.Lock()

    @asynccontextmanager
    async def shared(self) -> AsyncIterator[None]:
        async with self._still:
            self._acting += 1
        try:
            yield
        finally:
            async with self._change:
                self._acting -= 1
                self._change.notify_all()

    @asynccontextmanager
    async def exclusive(self) -> AsyncIterator[None]:
        async with self._still, self._change:
            await self._change.wait_for(lambda: self._acting == 0)
            yield


class Story:
    """Keeps all events in order of time, and calls each listener at once."""

    def __init__(self, *listeners: Callable[[Happened], None]) -> None:
        self.began = time.monotonic()
        self.events: list[Happened] = []
        self.acts = SharedLock()
        self._listeners = listeners

    def tell(self, step: Step, system: str, what: str, net: Decimal = Decimal(0)) -> None:
        at = self.now
        event = Happened(at=at, step=step, system=system, what=what, net=net)
        self.events.append(event)
        for listener in self._listeners:
            listener(event)

    @property
    def now(self) -> float:
        return time.monotonic() - self.began

    @property
    def idle_for(self) -> float:
        last = self.events[-1].at if self.events else 0.0
        return self.now - last

    def first(self, step: Step) -> float:
        return next((event.at for event in self.events if event.step is step), 0.0)

    def money(self, step: Step) -> Iterator[tuple[float, Decimal]]:
        """Return the sum of this step's amounts, each time it grew."""
        total = Decimal(0)
        for event in self.events:
            if event.step is step:
                total += event.net
                yield event.at, total
