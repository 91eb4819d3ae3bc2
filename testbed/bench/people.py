"""People who act at once when there is something to do: they deliver, pay, and send signals.

They read the vendors' operation logs in place of webhooks, so that no poll is needed.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from domain.event import DealWon, InvoiceChanged, MilestoneReached
from domain.ids import DealId, EventId, MilestoneKey, Subject, slug_of
from ports.event_dispatcher import EventDispatcher
from testbed.demo.clients import VendorClient, VendorClients
from testbed.demo.story import Sale
from testbed.demo.systems.xero import API, payment

LOOK_INTERVAL: Final = 0.2  # to look costs the machine that is measured
_US: Final = "cashward"
_EVENT = EventId("told by people")


class Crowd:
    """Releases all milestones of a linked project at once, and pays every invoice when issued."""

    def __init__(
        self,
        clients: VendorClients,
        dispatcher: EventDispatcher,
        sales: Sequence[Sale],
        today: date,
        *,
        prefix: str = "cw:",
    ) -> None:
        """`prefix` is that of the references on the invoices that they pay."""
        self._clients = clients
        self._dispatcher = dispatcher
        self._sales = {sale.id: sale for sale in sales}
        self._of_deal = {sale.deal: sale for sale in sales}
        self._today = today
        self._prefix = prefix
        self._done: set[str] = set()

    async def win(self) -> None:
        """Signal every deal that sales have won."""
        await asyncio.gather(
            *(self._dispatcher.deal_won(DealWon(deal=deal, event=_EVENT)) for deal in self._of_deal)
        )

    async def act(self) -> None:
        """Act until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._deliver(group))
            group.create_task(self._pay(group))

    async def _deliver(self, group: asyncio.TaskGroup) -> None:
        async for records in _touched(self._clients.crm, "deals", "PATCH"):
            for record in records & self._sales.keys() - self._done:
                self._done.add(record)
                group.create_task(self._release(self._sales[record]))

    async def _pay(self, group: asyncio.TaskGroup) -> None:
        async for records in _touched(self._clients.erp, "Invoices", "POST"):
            if not (new := records - self._done):
                continue
            query = {"IDs": ",".join(sorted(new))}
            read = await self._clients.erp.ask("GET", f"{API}/Invoices", query=query)
            issued = [
                bill
                for bill in read["Invoices"]
                if bill["Status"] == "AUTHORISED" and bill["Reference"].startswith(self._prefix)
            ]
            if issued:
                group.create_task(self._settle(issued))

    async def _release(self, sale: Sale) -> None:
        query = {"properties": "cashward_project"}
        deal = await self._clients.crm.ask("GET", f"/crm/v3/objects/deals/{sale.id}", query=query)
        sale.project = deal["properties"]["cashward_project"]
        path = f"/rest/api/3/project/{sale.project}/versions"
        body = {"released": True, "releaseDate": self._today.isoformat()}
        for version in await self._clients.pm.ask("GET", path):
            await self._clients.pm.ask("PUT", f"/rest/api/3/version/{version['id']}", body)
        milestone = MilestoneKey(slug_of(sale.order.plan[0][0]))
        await self._dispatcher.milestone_reached(
            MilestoneReached(deal=sale.deal, milestone=milestone, event=_EVENT)
        )

    async def _settle(self, bills: Sequence[Mapping[str, Any]]) -> None:
        """Pay at once every invoice that was issued since the last look."""
        self._done.update(bill["InvoiceID"] for bill in bills)
        payments = [
            payment(bill["InvoiceID"], bill["AmountDue"], self._sale_of(bill).order, self._today)
            for bill in bills
        ]
        await self._clients.erp.ask("PUT", f"{API}/Payments", {"Payments": payments})
        facts = [
            InvoiceChanged(deal=self._sale_of(bill).deal, subject=_subject(bill), event=_EVENT)
            for bill in bills
        ]
        await asyncio.gather(*map(self._dispatcher.invoice_changed, facts))

    def _sale_of(self, bill: Mapping[str, Any]) -> Sale:
        return self._of_deal[DealId(":".join(_subject(bill).split(":")[:2]))]


def _subject(bill: Mapping[str, Any]) -> Subject:
    return Subject(bill["Reference"].split(":", 2)[2])


async def oplog(client: VendorClient, since: int = 0) -> list[dict[str, Any]]:
    """Return what a vendor did after this line of its log."""
    lines: list[dict[str, Any]] = await client.ask(
        "GET", "/_sandbox/oplog", query={"since": f"{since}"}
    )
    return lines


async def _touched(client: VendorClient, collection: str, method: str) -> AsyncIterator[set[str]]:
    """Yield the records that Cashward changes from now on, in batches."""
    seen = (await client.ask("GET", "/_sandbox/health"))["seq"]
    while True:
        lines = await oplog(client, seen)
        seen = max((line["seq"] for line in lines), default=seen)
        ours = [line for line in lines if line["actor"] == _US and line["method"] == method]
        changes = [change for line in ours for change in line["changed"]]
        if records := {each["id"] for each in changes if each["collection"] == collection}:
            yield records
        await asyncio.sleep(LOOK_INTERVAL)
