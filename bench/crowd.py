"""People who act the moment there is something to do: they deliver, pay, and ring.

They read the vendors' operation logs, as a webhook would tell them, so that no poll is needed.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any, Final

from cli.demo.cast.xero import BOOKS, payment
from cli.demo.desks import Desk, Desks
from cli.demo.story import Sale
from domain.event import DealWon, InvoiceChanged, MilestoneReached
from domain.names import DealId, EventId, ItemKey, Subject
from ports.doorbell import Doorbell

GLANCE: Final = 0.2  # to look costs the machine that is measured
_US: Final = "cashward"
_EVENT = EventId("told by people")


class Crowd:
    """Releases all milestones of a linked project at once, and pays every invoice when issued."""

    def __init__(self, desks: Desks, bell: Doorbell, sales: Sequence[Sale], today: date) -> None:
        self._desks = desks
        self._bell = bell
        self._sales = {sale.id: sale for sale in sales}
        self._of_deal = {sale.deal: sale for sale in sales}
        self._today = today
        self._done: set[str] = set()

    async def win(self) -> None:
        """Tell of every deal that sales have won."""
        await asyncio.gather(
            *(self._bell.deal_won(DealWon(deal=deal, event=_EVENT)) for deal in self._of_deal)
        )

    async def act(self) -> None:
        """Go on until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._deliver(group))
            group.create_task(self._pay(group))

    async def _deliver(self, group: asyncio.TaskGroup) -> None:
        async for record in _touched(self._desks.crm, "deals", "PATCH"):
            if record in self._sales and record not in self._done:
                self._done.add(record)
                group.create_task(self._release(self._sales[record]))

    async def _pay(self, group: asyncio.TaskGroup) -> None:
        async for record in _touched(self._desks.erp, "Invoices", "POST"):
            if record not in self._done:
                group.create_task(self._settle(record))

    async def _release(self, sale: Sale) -> None:
        query = {"properties": "cashward_project"}
        deal = await self._desks.crm.ask("GET", f"/crm/v3/objects/deals/{sale.id}", query=query)
        sale.project = deal["properties"]["cashward_project"]
        path = f"/rest/api/3/project/{sale.project}/versions"
        body = {"released": True, "releaseDate": self._today.isoformat()}
        for version in await self._desks.pm.ask("GET", path):
            await self._desks.pm.ask("PUT", f"/rest/api/3/version/{version['id']}", body)
        item = ItemKey("m1")
        await self._bell.milestone_reached(
            MilestoneReached(deal=sale.deal, item=item, event=_EVENT)
        )

    async def _settle(self, record: str) -> None:
        [bill] = (await self._desks.erp.ask("GET", f"{BOOKS}/Invoices/{record}"))["Invoices"]
        sale = self._of_deal.get(DealId(":".join(bill["Reference"].split(":")[1:3])))
        if sale is None or bill["Status"] != "AUTHORISED" or record in self._done:
            return
        self._done.add(record)
        body = payment(record, bill["AmountDue"], sale.order, self._today)
        await self._desks.erp.ask("PUT", f"{BOOKS}/Payments", body)
        subject = Subject(bill["Reference"].removeprefix("cw:"))
        await self._bell.invoice_changed(
            InvoiceChanged(deal=sale.deal, subject=subject, event=_EVENT)
        )


async def oplog(desk: Desk, since: int = 0) -> list[dict[str, Any]]:
    """What a vendor did after this line of its log."""
    lines: list[dict[str, Any]] = await desk.ask(
        "GET", "/_sandbox/oplog", query={"since": f"{since}"}
    )
    return lines


async def _touched(desk: Desk, collection: str, method: str) -> AsyncIterator[str]:
    """The records that Cashward changed from now on."""
    seen = (await desk.ask("GET", "/_sandbox/health"))["seq"]
    while True:
        for line in await oplog(desk, seen):
            seen = line["seq"]
            if line["actor"] == _US and line["method"] == method:
                for change in line["changed"]:
                    if change["collection"] == collection:
                        yield change["id"]
        await asyncio.sleep(GLANCE)
