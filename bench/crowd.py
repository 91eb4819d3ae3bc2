"""People who act the moment there is something to do: they deliver, pay, and ring.

They read the vendors' operation logs, as a webhook would tell them, so that no poll is needed.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
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
        async for records in _touched(self._desks.crm, "deals", "PATCH"):
            for record in records & self._sales.keys() - self._done:
                self._done.add(record)
                group.create_task(self._release(self._sales[record]))

    async def _pay(self, group: asyncio.TaskGroup) -> None:
        async for records in _touched(self._desks.erp, "Invoices", "POST"):
            ids = ",".join(sorted(records - self._done))
            read = await self._desks.erp.ask("GET", f"{BOOKS}/Invoices", query={"IDs": ids})
            for bill in read["Invoices"]:
                group.create_task(self._settle(bill))

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

    async def _settle(self, bill: Mapping[str, Any]) -> None:
        record = bill["InvoiceID"]
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


async def _touched(desk: Desk, collection: str, method: str) -> AsyncIterator[set[str]]:
    """The records that Cashward changed from now on, as many as there are at each glance."""
    seen = (await desk.ask("GET", "/_sandbox/health"))["seq"]
    while True:
        lines = await oplog(desk, seen)
        seen = max((line["seq"] for line in lines), default=seen)
        ours = [line for line in lines if line["actor"] == _US and line["method"] == method]
        changes = [change for line in ours for change in line["changed"]]
        if records := {each["id"] for each in changes if each["collection"] == collection}:
            yield records
        await asyncio.sleep(GLANCE)
