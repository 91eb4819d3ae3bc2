"""Three people who act as people do: through the vendors, and knowing of Cashward only its mark."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from cli.demo.desks import Desk
from cli.demo.orders import Order
from cli.demo.story import Sale, Step, Story
from domain.names import DealId

OBJECTS: Final = "/crm/v3/objects"
BOOKS: Final = "/api.xro/2.0"
_LABELS = "/crm/v4/associations/deals/contacts/labels"
_PRIMARY_COMPANY, _LINE_TO_DEAL = 5, 20
_BATCH = 100
_AT_ONCE = 4
_WATCHED = ["cashward_project", "cashward_stage", "amount_in_home_currency"]


class SalesPerson:
    """Enters deals in the CRM, wins them, and reads there how they come on."""

    def __init__(self, crm: Desk, story: Story) -> None:
        self._crm = crm
        self._story = story

    async def sell(self, sales: Sequence[Sale]) -> None:
        """Enter and win them all, a few at a time."""
        labels = (await self._crm.ask("GET", _LABELS))["results"]
        billing = next(label["typeId"] for label in labels if label["label"] == "Billing contact")
        some = asyncio.Semaphore(_AT_ONCE)

        async def one(sale: Sale) -> None:
            async with some:
                await self._enter(sale, billing)
                await self._win(sale)

        async with asyncio.TaskGroup() as group:
            for sale in sales:
                group.create_task(one(sale))

    async def look(self, sales: Iterable[Sale]) -> None:
        """Read the deals' records for their project and their end."""
        open_sales = {sale.id: sale for sale in sales if sale.is_won and not sale.is_closed}
        ids = list(open_sales)
        for start in range(0, len(ids), _BATCH):
            inputs = [{"id": each} for each in ids[start : start + _BATCH]]
            body = {"properties": _WATCHED, "inputs": inputs}
            found = await self._crm.ask("POST", f"{OBJECTS}/deals/batch/read", body)
            for record in found["results"]:
                self._read(open_sales[record["id"]], record["properties"])

    def _read(self, sale: Sale, said: Mapping[str, str | None]) -> None:
        if not sale.project and (project := said["cashward_project"]):
            sale.project = project
            self._story.tell(Step.PROJECT, "jira", f"project {project} is set up and linked")
        if said["cashward_stage"] == "closed":
            sale.is_closed = True
            self._story.tell(Step.CLOSED, "hubspot", f"{sale.order.name} is closed: all is paid")

    async def _enter(self, sale: Sale, billing: int) -> None:
        order = sale.order
        company = await self._make("companies", _company(order))
        contact = await self._make("contacts", _contact(order))
        ends = [
            _end(company, "HUBSPOT_DEFINED", _PRIMARY_COMPANY),
            _end(contact, "USER_DEFINED", billing),
        ]
        sale.id = await self._make("deals", _deal(order), ends)
        ends = [_end(sale.id, "HUBSPOT_DEFINED", _LINE_TO_DEAL)]
        lines = [{"properties": line, "associations": ends} for line in _lines(order)]
        await self._crm.ask("POST", f"{OBJECTS}/line_items/batch/create", {"inputs": lines})
        self._story.tell(Step.ENTERED, "hubspot", f"{order.name} is entered as deal {sale.id}")

    async def _win(self, sale: Sale) -> None:
        path = f"{OBJECTS}/deals/{sale.id}"
        won = await self._crm.ask("PATCH", path, {"properties": {"dealstage": "closedwon"}})
        home = won["properties"].get("amount_in_home_currency")
        amount = sale.order.amount
        sale.rate = Decimal(home) / amount if home else Decimal(1)
        sale.is_won = True
        what = f"closed won, {amount:,.2f} {sale.order.currency}"
        self._story.tell(Step.WON, "hubspot", what, amount * sale.rate)

    async def _make(
        self, kind: str, properties: Mapping[str, str], ends: Sequence[Mapping[str, object]] = ()
    ) -> str:
        body = {"properties": properties, "associations": list(ends)}
        return str((await self._crm.ask("POST", f"{OBJECTS}/{kind}", body))["id"])


class DeliveryManager:
    """Delivers one milestone after the other: the next when the last one is invoiced."""

    def __init__(self, pm: Desk, story: Story, today: date) -> None:
        self._pm = pm
        self._story = story
        self._today = today.isoformat()

    async def deliver(self, sales: Iterable[Sale]) -> None:
        for sale in sales:
            if sale.project and not sale.milestones:
                sale.milestones = await self._milestones(sale.project)
            if sale.milestones and len(sale.issued) == sale.reached < len(sale.milestones):
                await self._release(sale)

    async def _milestones(self, project: str) -> list[tuple[str, str]]:
        found = await self._pm.ask("GET", f"/rest/api/3/project/{project}/versions")
        found.sort(key=lambda version: (version["releaseDate"], int(version["id"])))
        return [(version["id"], version["name"]) for version in found]

    async def _release(self, sale: Sale) -> None:
        version, name = sale.milestones[sale.reached]
        body = {"released": True, "releaseDate": self._today}
        await self._pm.ask("PUT", f"/rest/api/3/version/{version}", body)
        sale.reached += 1
        self._story.tell(Step.REACHED, "jira", f"milestone {name!r} of {sale.project} is released")


class Customer:
    """Every customer of the demo: pays each invoice in full when it is issued."""

    def __init__(self, erp: Desk, story: Story, today: date) -> None:
        self._erp = erp
        self._story = story
        self._today = today.isoformat()

    async def pay(self, sales: Iterable[Sale]) -> None:
        ours = {sale.deal: sale for sale in sales if sale.is_won and not sale.is_closed}
        where = 'Type=="ACCREC" AND Status=="AUTHORISED" AND Reference.StartsWith("cw:hubspot:")'
        query = {"where": where, "page": "1", "pageSize": f"{_BATCH}"}
        due = (await self._erp.ask("GET", f"{BOOKS}/Invoices", query=query))["Invoices"]
        bills = [(ours[deal], bill) for bill in due if (deal := deal_of(bill)) in ours]
        for sale, bill in bills:
            self._receive(sale, bill)
        if bills:
            payments = [self._payment(sale, bill) for sale, bill in bills]
            await self._erp.ask("PUT", f"{BOOKS}/Payments", {"Payments": payments})
        for sale, bill in bills:
            self._note_paid(sale, bill)

    def _receive(self, sale: Sale, bill: Mapping[str, Any]) -> None:
        if bill["Reference"] in sale.issued:
            return
        net = Decimal(bill["SubTotal"]) * sale.rate
        sale.issued[bill["Reference"]] = net
        what = f"invoice {bill['InvoiceNumber']} is issued: {_total(bill)} with VAT"
        self._story.tell(Step.ISSUED, "xero", what, net)

    def _payment(self, sale: Sale, bill: Mapping[str, Any]) -> dict[str, object]:
        return {
            "Invoice": {"InvoiceID": bill["InvoiceID"]},
            "Account": {"Code": sale.order.bank},
            "Date": self._today,
            "Amount": str(bill["AmountDue"]),
        }

    def _note_paid(self, sale: Sale, bill: Mapping[str, Any]) -> None:
        reference = bill["Reference"]
        sale.paid.add(reference)
        what = f"{bill['InvoiceNumber']} is paid: {_total(bill)}"
        self._story.tell(Step.PAID, "xero", what, sale.issued[reference])


def deal_of(bill: Mapping[str, Any]) -> DealId:
    """The deal in an invoice's reference, `cw:hubspot:ID:m1:r1`."""
    return DealId(":".join(str(bill["Reference"]).split(":")[1:3]))


def _total(bill: Mapping[str, Any]) -> str:
    return f"{Decimal(bill['Total']):,.2f} {bill['CurrencyCode']}"


def _end(id: str, category: str, type_id: int) -> dict[str, object]:
    kind = {"associationCategory": category, "associationTypeId": type_id}
    return {"to": {"id": id}, "types": [kind]}


def _company(order: Order) -> dict[str, str]:
    return {
        "name": order.company,
        "domain": order.domain,
        "country": order.country,
        "cashward_company_id": order.company_id,
        "cashward_vat_id": order.vat_id,
    }


def _contact(order: Order) -> dict[str, str]:
    return {"firstname": "Accounts", "lastname": "Payable", "email": f"invoices@{order.domain}"}


def _deal(order: Order) -> dict[str, str]:
    return {
        "dealname": order.name,
        "pipeline": "default",
        "dealstage": "contractsent",
        "amount": str(order.amount),
        "deal_currency_code": order.currency,
        "cashward_scope": f"{order.name}: analysis, development, roll-out and training.",
        "cashward_template": "implementation",
        "cashward_start": order.start.isoformat(),
        "cashward_end": order.end.isoformat(),
        "cashward_payment_days": "14",
        "cashward_tax": order.tax,
        "cashward_billing_plan": order.billing_plan,
        "cashward_sla": "Availability; 99.5 % a month; 2 % of the fee for each half per cent below",
    }


def _lines(order: Order) -> list[dict[str, str]]:
    return [
        {
            "name": line.name,
            "hs_sku": line.sku,
            "quantity": str(line.quantity),
            "price": str(line.price),
            "hs_line_item_currency_code": order.currency,
            "cashward_cost_type": line.cost_type,
            "cashward_unit": line.unit,
        }
        for line in order.lines
    ]
