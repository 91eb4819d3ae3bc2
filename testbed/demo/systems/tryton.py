"""The customers' bank at Tryton, and whoever counts its records."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from domain.ids import DealId
from testbed.demo.orders import Order
from testbed.demo.systems import Bill
from testbed.systems.common.system import Place
from testbed.systems.tryton.client import Person, person

_INVOICE: Final = "account.invoice"
_OURS: Final = (["type", "=", "out"], ["reference", "like", "cw:%"])
_FIELDS: Final = (
    *("reference", "number", "state", "currency.code", "untaxed_amount", "total_amount"),
    "amount_to_pay",
)


class TrytonBank:
    """Invoices, and the bank's statements that pay them, over Tryton's RPC."""

    name = "tryton"

    def __init__(self, url: str, bank: Person) -> None:
        self._url = url
        self._bank = bank

    async def unpaid(self, deals: Iterable[DealId]) -> list[Bill]:
        ours = set(deals)
        found = await self._bank.read(_INVOICE, [*_OURS, ["state", "=", "posted"]], *_FIELDS)
        return [bill for row in found if (bill := self._bill(row)).deal in ours]

    async def pay(self, bills: Sequence[tuple[Bill, Order]], today: date) -> None:
        del today  # a statement bears the day on which it is entered
        for bill, _ in bills:
            await self._bank.pay(int(bill.id), str(bill.due), number=f"BANK-{bill.number}")

    async def bills(self, since: datetime) -> AsyncIterator[Bill]:
        changed = [*_OURS, ["state", "in", ["posted", "paid"]], ["write_date", ">=", _at(since)]]
        for row in await self._bank.read(_INVOICE, changed, *_FIELDS):
            yield self._bill(row)

    async def received(self, since: datetime) -> Mapping[str, Decimal]:
        found: dict[str, Decimal] = defaultdict(Decimal)
        new = [["statement.state", "=", "posted"], ["create_date", ">=", _at(since)]]
        for line in await self._bank.read("account.statement.line", new, "related_to", "amount"):
            model, _, invoice = (line["related_to"] or "").partition(",")
            if model == _INVOICE:
                found[invoice] += _amount(line["amount"])
        return found

    async def customers(self, since: datetime) -> Counter[str]:
        new = [["code", "like", "cw:%"], ["create_date", ">=", _at(since)]]
        found = await self._bank.read("party.party", new, "identifiers.code", "identifiers.type")
        return Counter(
            each["code"] for party in found for each in party["identifiers."] if not each["type"]
        )

    def _bill(self, row: Mapping[str, Any]) -> Bill:
        return Bill(
            id=str(row["id"]),
            reference=row["reference"],
            number=row["number"] or "",
            currency=row["currency."]["code"],
            net=_amount(row["untaxed_amount"]),
            gross=_amount(row["total_amount"]),
            due=_amount(row["amount_to_pay"]),
            is_paid=row["state"] == "paid",
            link=f"{self._url}/#tryton/model/{_INVOICE}/{row['id']}",
        )


@asynccontextmanager
async def open_tryton(place: Place) -> AsyncIterator[TrytonBank]:
    """Open Tryton with the bank's client."""
    async with person(place, "bank") as bank:
        yield TrytonBank(place.url, bank)


def _amount(coded: Mapping[str, str]) -> Decimal:
    return Decimal(coded["decimal"])


def _at(moment: datetime) -> dict[str, object]:
    at = moment.astimezone(UTC)
    parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {"__class__": "datetime", **{part: getattr(at, part) for part in parts}}
