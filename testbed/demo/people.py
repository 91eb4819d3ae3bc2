"""Three people who use only the vendors, and know of Cashward only its mark on records."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from datetime import date

from testbed.demo.story import Sale, Step, Story
from testbed.demo.systems import Bill, Delivery, Erp, Sales, Seen

_AT_ONCE = 4
_EAGER_LOOKS = 25
_SOON = 0.5
_LATER = 3.0
"""Seconds between two looks of the bank: Xero allows its app 60 calls a minute."""


class SalesPerson:
    """Enters deals in the CRM, wins them, and reads their progress there."""

    def __init__(self, crm: Sales, story: Story) -> None:
        self._crm = crm
        self._story = story

    async def sell(self, sales: Sequence[Sale]) -> None:
        """Enter and win them all, a few at a time."""
        some = asyncio.Semaphore(_AT_ONCE)

        async def one(sale: Sale) -> None:
            async with some, self._story.acts.shared():
                await self._enter(sale)
                await self._win(sale)

        async with asyncio.TaskGroup() as group:
            for sale in sales:
                group.create_task(one(sale))

    async def look(self, sales: Iterable[Sale]) -> None:
        """Read the deals' records for their project and their end."""
        under_way = {sale.id: sale for sale in sales if sale.is_won and not sale.is_closed}
        for deal, seen in (await self._crm.look(list(under_way))).items():
            self._read(under_way[deal], seen)

    def _read(self, sale: Sale, seen: Seen) -> None:
        if not sale.project and seen.project:
            sale.project, sale.project_at = seen.project, self._story.now
            what = f"project {seen.project} is set up and linked"
            self._story.tell(Step.PROJECT, self._crm.name, what)
        if seen.is_closed:
            sale.is_closed = True
            what = f"{sale.order.name} is closed: all is paid"
            self._story.tell(Step.CLOSED, self._crm.name, what)

    async def _enter(self, sale: Sale) -> None:
        sale.crm = self._crm.name
        sale.id = await self._crm.enter(sale.order)
        what = f"{sale.order.name} is entered as deal {sale.id}"
        self._story.tell(Step.ENTERED, self._crm.name, what)

    async def _win(self, sale: Sale) -> None:
        order = sale.order
        sale.rate = await self._crm.win(sale.id, order)
        sale.is_won, sale.won_at = True, self._story.now
        what = f"closed won, {order.amount:,.2f} {order.currency}"
        self._story.tell(Step.WON, self._crm.name, what, order.amount * sale.rate)


class DeliveryManager:
    """Delivers one milestone after the other, each when the one before is invoiced."""

    def __init__(self, pm: Delivery, story: Story, today: date) -> None:
        self._pm = pm
        self._story = story
        self._today = today

    async def deliver(self, sales: Iterable[Sale]) -> None:
        for sale in sales:
            if sale.project and not sale.milestones:
                sale.milestones = await self._pm.milestones(sale.project)
            if sale.milestones and len(sale.issued) == sale.reached < len(sale.milestones):
                await self._reach(sale)

    async def _reach(self, sale: Sale) -> None:
        milestone, name = sale.milestones[sale.reached]
        await self._pm.reach(sale.project, milestone, self._today)
        sale.reached += 1
        what = f"milestone {name!r} of {sale.project} is reached"
        self._story.tell(Step.REACHED, self._pm.name, what)


class Customer:
    """All customers of the demo: they pay each invoice in full when it is issued."""

    def __init__(self, erp: Erp, story: Story, today: date) -> None:
        self._erp = erp
        self._story = story
        self._today = today
        self._looks = 0
        self._next_look = 0.0

    async def pay(self, sales: Iterable[Sale]) -> None:
        """Pay what is due, and look again after a while, since the bank has a rate limit too."""
        now = time.monotonic()
        if now < self._next_look:
            return
        self._looks += 1
        self._next_look = now + (_SOON if self._looks < _EAGER_LOOKS else _LATER)
        await self._pay(sales)

    async def _pay(self, sales: Iterable[Sale]) -> None:
        ours = {sale.deal: sale for sale in sales if sale.is_won and not sale.is_closed}
        bills = [(ours[bill.deal], bill) for bill in await self._erp.unpaid(ours)]
        for sale, bill in bills:
            self._receive(sale, bill)
        if bills:
            await self._erp.pay([(bill, sale.order) for sale, bill in bills], self._today)
        for sale, bill in bills:
            self._note_paid(sale, bill)

    def _receive(self, sale: Sale, bill: Bill) -> None:
        if bill.reference in sale.issued:
            return
        net = bill.net * sale.rate
        sale.issued[bill.reference] = net
        what = f"invoice {bill.number} is issued: {_total(bill)} with VAT"
        self._story.tell(Step.ISSUED, self._erp.name, what, net)

    def _note_paid(self, sale: Sale, bill: Bill) -> None:
        sale.paid.add(bill.reference)
        what = f"{bill.number} is paid: {_total(bill)}"
        self._story.tell(Step.PAID, self._erp.name, what, sale.issued[bill.reference])


def _total(bill: Bill) -> str:
    return f"{bill.gross:,.2f} {bill.currency}"
