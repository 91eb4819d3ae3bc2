"""The acts of people in the demo, over a vendor's API."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from domain.ids import DealId
from testbed.demo.orders import Order


@dataclass(frozen=True)
class Seen:
    """What a salesperson reads on an open deal."""

    project: str
    is_closed: bool


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a deal's record says at the end. `won_to_project` is by the CRM's own clock."""

    sold: Decimal
    contracted: Decimal
    billed: Decimal
    paid: Decimal
    outstanding: Decimal
    won_to_project: float | None


@dataclass(frozen=True, kw_only=True)
class Bill:
    """An issued invoice as the books have it. Net without VAT, gross and due with it."""

    id: str
    reference: str
    number: str
    currency: str
    net: Decimal
    gross: Decimal
    due: Decimal
    is_paid: bool
    link: str = ""

    @property
    def deal(self) -> DealId:
        """Return the deal in the reference, `cw:acme:hubspot:ID:go-live:r1`."""
        return DealId(":".join(self.reference.split(":")[2:4]))


class Sales(Protocol):
    """The CRM as a salesperson uses it."""

    name: str

    async def enter(self, order: Order) -> str:
        """Enter the open deal with all that belongs to it; return its id."""
        ...

    async def win(self, deal: str, order: Order) -> Decimal:
        """Close it as won; return the value of one unit of its currency in the company's."""
        ...

    async def look(self, deals: Sequence[str]) -> Mapping[str, Seen]: ...

    async def figures(self, deal: str) -> Figures: ...

    def link(self, deal: str) -> str: ...


class Delivery(Protocol):
    """The project system as a delivery manager uses it. `project` is as the CRM shows it."""

    name: str

    async def milestones(self, project: str) -> list[tuple[str, str]]:
        """Return the id and name of each, in the order they are due."""
        ...

    async def reach(self, project: str, milestone: str, today: date) -> None: ...

    async def reached(self, project: str) -> int: ...

    async def named(self) -> Sequence[str]:
        """The names of all projects."""
        ...

    def link(self, project: str) -> str: ...


class Erp(Protocol):
    """The ERP as the customers' bank uses it, and whoever counts its records."""

    name: str

    async def unpaid(self, deals: Iterable[DealId]) -> list[Bill]:
        """Issued and open invoices of these deals."""
        ...

    async def pay(self, bills: Sequence[tuple[Bill, Order]], today: date) -> None:
        """Pay each in full."""
        ...

    def bills(self, since: datetime) -> AsyncIterator[Bill]:
        """All issued invoices of ours, paid or not, that changed since."""
        ...

    async def received(self, since: datetime) -> Mapping[str, Decimal]:
        """Money that came in, by invoice."""
        ...

    async def customers(self, since: datetime) -> Counter[str]:
        """How many customers there are of each company number."""
        ...


@dataclass(frozen=True)
class DemoSystems:
    """The vendors of a demo, by role."""

    sales: Sales
    delivery: Delivery
    erp: Erp
