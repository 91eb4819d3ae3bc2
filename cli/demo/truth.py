"""What the three systems say at the end, read back over their APIs; our own memory is not asked."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any, Final

from cli.demo.desks import Desk, Desks
from cli.demo.people import BOOKS, OBJECTS, deal_of
from cli.demo.story import Sale
from domain.names import DealId

_TOLD = (
    "amount",
    *(f"cashward_{name}" for name in ("contracted", "billed", "paid", "outstanding")),
)
_PAGE: Final = 100
_ISSUED = frozenset({"AUTHORISED", "PAID"})


@dataclass(frozen=True, kw_only=True)
class Truth:
    """One deal in three systems. Net of VAT: sold, contracted, billed; with VAT: paid, received."""

    sale: Sale
    sold: Decimal
    contracted: Decimal
    billed: Decimal
    paid: Decimal
    outstanding: Decimal
    won_to_project: float | None
    reached: int
    projects: int
    customers: int
    invoices: tuple[Mapping[str, Any], ...]
    payments: tuple[Mapping[str, Any], ...]

    @property
    def invoiced(self) -> Decimal:
        return sum((Decimal(i["SubTotal"]) for i in self.invoices), Decimal(0))

    @property
    def received(self) -> Decimal:
        return sum((Decimal(p["Amount"]) for p in self.payments), Decimal(0))

    @property
    def settled(self) -> int:
        return sum(invoice["Status"] == "PAID" for invoice in self.invoices)

    @property
    def duplicates(self) -> int:
        references = Counter(invoice["Reference"] for invoice in self.invoices)
        extra = sum(references.values()) - len(references)
        return extra + max(0, self.projects - 1) + max(0, self.customers - 1)

    @property
    def mismatches(self) -> tuple[str, ...]:
        """Where two systems differ by a cent or more, or in what was reached and billed."""
        gross = sum((Decimal(i["Total"]) for i in self.invoices), Decimal(0))
        pairs = {
            "sold and contracted": (self.sold, self.contracted),
            "billed in the CRM and invoiced in the ERP": (self.billed, self.invoiced),
            "paid in the CRM and received in the ERP": (self.paid, self.received),
            "outstanding in the CRM and due in the ERP": (self.outstanding, gross - self.received),
            "milestones reached and invoices": (self.reached, len(self.invoices)),
        }
        return tuple(
            f"{self.sale.deal}: {what} differ: {one} and {other}"
            for what, (one, other) in pairs.items()
            if one != other
        )


async def read_back(desks: Desks, sales: Sequence[Sale], since: datetime) -> list[Truth]:
    """Everything about these deals. `since` spares us the books of earlier demos."""
    invoices = await _by_deal(desks.erp, since)
    payments = await _by_invoice(desks.erp, since)
    customers = Counter([c["CompanyNumber"] async for c in _customers(desks.erp, since)])
    projects = [project async for project in _projects(desks.pm)]
    found = []
    for sale in sales:
        bills = invoices[sale.deal]
        received = [p for bill in bills for p in payments[bill["InvoiceID"]]]
        opened = sum(p["name"].startswith(sale.order.name[:60]) for p in projects)
        told, won_to_project = await _deal(desks.crm, sale.id)
        found.append(
            Truth(
                sale=sale,
                sold=told["amount"],
                contracted=told["cashward_contracted"],
                billed=told["cashward_billed"],
                paid=told["cashward_paid"],
                outstanding=told["cashward_outstanding"],
                won_to_project=won_to_project,
                reached=await _reached(desks.pm, sale),
                projects=opened,
                customers=customers[sale.order.company_id],
                invoices=tuple(bills),
                payments=tuple(received),
            )
        )
    return found


async def _deal(crm: Desk, id: str) -> tuple[dict[str, Decimal], float | None]:
    """The deal's figures, and by the CRM's own clock the seconds from won to project."""
    query = {
        "properties": ",".join(_TOLD),
        "propertiesWithHistory": "dealstage,cashward_project",
    }
    record = await crm.ask("GET", f"{OBJECTS}/deals/{id}", query=query)
    figures = {name: Decimal(record["properties"].get(name) or 0) for name in _TOLD}
    history = record["propertiesWithHistory"]
    won = _first(history.get("dealstage", ()), "closedwon")
    project = _first(history.get("cashward_project", ()))
    seconds = (project - won).total_seconds() if won and project else None
    return figures, seconds


def _first(versions: Sequence[Mapping[str, str]], value: str = "") -> datetime | None:
    """When a property first had this value, or any."""
    wanted = [v for v in versions if v["value"] and value in ("", v["value"])]
    return min((datetime.fromisoformat(v["timestamp"]) for v in wanted), default=None)


async def _reached(pm: Desk, sale: Sale) -> int:
    if not sale.project:
        return 0
    versions = await pm.ask("GET", f"/rest/api/3/project/{sale.project}/versions")
    return sum(version["released"] for version in versions)


async def _projects(pm: Desk) -> AsyncIterator[Mapping[str, Any]]:
    for page in count():
        query = {"startAt": f"{page * _PAGE}", "maxResults": f"{_PAGE}"}
        found = await pm.ask("GET", "/rest/api/3/project/search", query=query)
        for project in found["values"]:
            yield project
        if found["isLast"]:
            return


async def _by_deal(erp: Desk, since: datetime) -> dict[DealId, list[Mapping[str, Any]]]:
    where = 'Type=="ACCREC" AND Reference.StartsWith("cw:hubspot:")'
    found: dict[DealId, list[Mapping[str, Any]]] = defaultdict(list)
    async for invoice in _pages(erp, "Invoices", since, where):
        if invoice["Status"] in _ISSUED:
            found[deal_of(invoice)].append(invoice)
    return found


async def _by_invoice(erp: Desk, since: datetime) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    async for payment in _pages(erp, "Payments", since, 'Status=="AUTHORISED"'):
        found[payment["Invoice"]["InvoiceID"]].append(payment)
    return found


async def _customers(erp: Desk, since: datetime) -> AsyncIterator[Mapping[str, Any]]:
    async for contact in _pages(erp, "Contacts", since, 'ContactStatus=="ACTIVE"'):
        if contact.get("CompanyNumber"):
            yield contact


async def _pages(
    erp: Desk, kind: str, since: datetime, where: str
) -> AsyncIterator[Mapping[str, Any]]:
    headers = {"If-Modified-Since": since.strftime("%Y-%m-%dT%H:%M:%S")}
    for page in count(1):
        query = {"where": where, "page": f"{page}", "pageSize": f"{_PAGE}"}
        found = await erp.ask("GET", f"{BOOKS}/{kind}", query=query, headers=headers)
        for row in found[kind]:
            yield row
        if len(found[kind]) < _PAGE:
            return
