"""People who act at a pace, so that deals are at every stage when something is taken away."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from testbed.demo.orders import order
from testbed.demo.people import Customer, DeliveryManager, SalesPerson
from testbed.demo.story import Sale, Story
from testbed.demo.systems import DemoSystems

MILESTONES: Final = 3
_LOOK_INTERVAL: Final = 0.5


@dataclass
class People:
    """They win one deal after the other, and deliver and pay each; all within `pace` seconds."""

    systems: DemoSystems
    sales: Sequence[Sale]
    pace: float
    chance: random.Random
    _hurries: bool = field(default=False, init=False)

    def hurry(self) -> None:
        """From now on, do at once whatever can be done."""
        self._hurries = True

    async def act(self) -> None:
        """Act until every deal is closed."""
        story, today, began = Story(), datetime.now(UTC).date(), time.monotonic()
        seller = SalesPerson(self.systems.sales, story)
        manager = DeliveryManager(self.systems.delivery, story, today)
        customer = Customer(self.systems.erp, story, today)
        entered = 0
        while not all(sale.is_closed for sale in self.sales):
            due = self._due(time.monotonic() - began)
            await seller.sell(self.sales[entered:due])
            entered = max(entered, due)
            await seller.look(self.sales)
            await asyncio.gather(manager.deliver(self._some()), customer.pay(self._some()))
            await asyncio.sleep(_LOOK_INTERVAL)

    @property
    def are_midway(self) -> bool:
        """Whether half of the deals have a project, and something is invoiced."""
        projects = sum(bool(sale.project) for sale in self.sales)
        return 2 * projects >= len(self.sales) and any(sale.issued for sale in self.sales)

    @property
    def progress(self) -> str:
        """Say how far the deals are, as people see it."""
        reached = sum(sale.reached for sale in self.sales)
        return (
            f"{sum(sale.is_won for sale in self.sales)} deals won,"
            f" {sum(bool(sale.project) for sale in self.sales)} projects,"
            f" {reached} milestones reached, {sum(len(sale.issued) for sale in self.sales)} issued,"
            f" {sum(len(sale.paid) for sale in self.sales)} paid,"
            f" {sum(sale.is_closed for sale in self.sales)} closed"
        )

    def _due(self, passed: float) -> int:
        """How many deals are won by now: the last one when half of the time has passed."""
        part = 1.0 if self._hurries else min(2 * passed / self.pace, 1.0)
        return round(part * len(self.sales))

    def _some(self) -> Sequence[Sale]:
        """Choose whom they look after now: each deal has as many turns as it has milestones."""
        if self._hurries:
            return self.sales
        turn = _LOOK_INTERVAL * 4 * MILESTONES / self.pace
        return [sale for sale in self.sales if self.chance.random() < turn]


def new_sales(deals: int, *, first: int, seed: int) -> list[Sale]:
    today = datetime.now(UTC).date()
    numbers = range(first, first + deals)
    return [Sale(order=order(n, milestones=MILESTONES, seed=seed, today=today)) for n in numbers]
