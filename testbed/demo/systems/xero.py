"""The customers' bank at Xero, and whoever counts its records."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any, Final

from domain.ids import DealId
from testbed.demo.clients import VendorClient
from testbed.demo.orders import Order
from testbed.demo.systems import Bill

API: Final = "/api.xro/2.0"
_OURS = 'Type=="ACCREC" AND Reference.StartsWith("cw:")'
_PAGE: Final = 100
_ISSUED = frozenset({"AUTHORISED", "PAID"})
_BANKS = {"CZK": "091"}
_HOME_BANK = "090"


class XeroBank:
    """Invoices and payments over Accounting 2.0."""

    name = "xero"

    def __init__(self, client: VendorClient) -> None:
        self._client = client

    async def unpaid(self, deals: Iterable[DealId]) -> list[Bill]:
        ours = set(deals)
        query = {"where": f'{_OURS} AND Status=="AUTHORISED"', "page": "1", "pageSize": f"{_PAGE}"}
        found = (await self._client.ask("GET", f"{API}/Invoices", query=query))["Invoices"]
        return [bill for each in found if (bill := self._bill(each)).deal in ours]

    async def pay(self, bills: Sequence[tuple[Bill, Order]], today: date) -> None:
        payments = [payment(bill.id, bill.due, order, today) for bill, order in bills]
        await self._client.ask("PUT", f"{API}/Payments", {"Payments": payments})

    async def bills(self, since: datetime) -> AsyncIterator[Bill]:
        async for invoice in self._pages("Invoices", since, _OURS):
            if invoice["Status"] in _ISSUED:
                yield self._bill(invoice)

    async def received(self, since: datetime) -> Mapping[str, Decimal]:
        found: dict[str, Decimal] = defaultdict(Decimal)
        async for each in self._pages("Payments", since, 'Status=="AUTHORISED"'):
            found[each["Invoice"]["InvoiceID"]] += Decimal(each["Amount"])
        return found

    async def customers(self, since: datetime) -> Counter[str]:
        contacts = self._pages("Contacts", since, 'ContactStatus=="ACTIVE"')
        return Counter([c["CompanyNumber"] async for c in contacts if c.get("CompanyNumber")])

    def _bill(self, invoice: Mapping[str, Any]) -> Bill:
        return Bill(
            id=invoice["InvoiceID"],
            reference=invoice["Reference"],
            number=invoice["InvoiceNumber"],
            currency=invoice["CurrencyCode"],
            net=Decimal(invoice["SubTotal"]),
            gross=Decimal(invoice["Total"]),
            due=Decimal(invoice["AmountDue"]),
            is_paid=invoice["Status"] == "PAID",
            link=f"{self._client.url}{API}/Invoices/{invoice['InvoiceID']}",
        )

    async def _pages(
        self, kind: str, since: datetime, where: str
    ) -> AsyncIterator[Mapping[str, Any]]:
        headers = {"If-Modified-Since": since.strftime("%Y-%m-%dT%H:%M:%S")}
        for page in count(1):
            query = {"where": where, "page": f"{page}", "pageSize": f"{_PAGE}"}
            found = await self._client.ask("GET", f"{API}/{kind}", query=query, headers=headers)
            for row in found[kind]:
                yield row
            if len(found[kind]) < _PAGE:
                return


def payment(invoice: str, amount: Decimal, order: Order, today: date) -> dict[str, object]:
    """Return Xero's body of a payment to the bank account of the order's currency."""
    return {
        "Invoice": {"InvoiceID": invoice},
        "Account": {"Code": _BANKS.get(order.currency, _HOME_BANK)},
        "Date": today.isoformat(),
        "Amount": str(amount),
    }
