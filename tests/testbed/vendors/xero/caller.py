"""A raw client of the testbed's Xero, with a token of its own."""

import contextlib
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from json import loads
from pathlib import Path
from typing import Any

import httpx

from testbed.certificates import authorities
from testbed.vendors import serve
from testbed.vendors.common.app import App
from testbed.vendors.xero import VENDOR
from testbed.vendors.xero.identity import TENANT
from testbed.vendors.xero.records import Records

BASE = "/api.xro/2.0"
Body = dict[str, Any]
Texts = dict[str, str]


class Caller:
    """Calls the accounting API with a token; reads numbers as the text says them."""

    def __init__(self, client: httpx.AsyncClient, app: App) -> None:
        self.client = client
        self.app = app

    @property
    def log(self) -> list[Body]:
        return self.app.oplog.lines

    @property
    def records(self) -> Records:
        vendor = self.app.vendor
        assert isinstance(vendor, VENDOR)
        return vendor.records

    def count(self, kind: str) -> int:
        return len(self.records.collection(kind))

    def plant(self, kind: str, id_: str, **changes: object) -> None:
        """Change a record as a person could in Xero."""
        collection = self.records.collection(kind)
        collection.put(id_, {**(collection.get(id_) or {}), **changes})
        self.records.store.commit()

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        params: Texts | None = None,
        headers: Texts | None = None,
    ) -> httpx.Response:
        return await self.client.request(
            method, f"{BASE}{path}", json=body, params=params, headers=headers
        )

    async def get(self, path: str, **more: Texts) -> Body:
        return _good(await self.ask("GET", path, **more))

    async def put(self, path: str, body: object, **more: Texts) -> Body:
        return _good(await self.ask("PUT", path, body, **more))

    async def post(self, path: str, body: object, **more: Texts) -> Body:
        return _good(await self.ask("POST", path, body, **more))

    async def refused(self, method: str, path: str, body: object, **more: Texts) -> list[str]:
        """The reasons of a 400."""
        answer = await self.ask(method, path, body, **more)
        assert answer.status_code == 400, answer.text
        found = answer.json()
        assert found["ErrorNumber"] == 10, found
        return [e["Message"] for element in found["Elements"] for e in element["ValidationErrors"]]

    async def customer(self, name: str = "Ostrava Pumps s.r.o.", **more: object) -> str:
        made = await self.put("/Contacts", {"Name": name, **more})
        return str(made["Contacts"][0]["ContactID"])

    async def invoice(self, contact: str, **more: object) -> Body:
        made = await self.put("/Invoices", {**draft(contact), **more}, params={"unitdp": "4"})
        return dict(made["Invoices"][0])

    async def read(self, invoice: Body) -> Body:
        return dict((await self.get(f"/Invoices/{invoice['InvoiceID']}"))["Invoices"][0])

    async def pay(self, invoice: Body, amount: float, **more: object) -> Body:
        made = await self.put("/Payments", payment(invoice, amount, **more))
        return dict(made["Payments"][0])

    async def credit_note(self, contact: str, price: int = 500, **more: object) -> Body:
        body = {
            "Type": "ACCRECCREDIT",
            "Status": "AUTHORISED",
            "Contact": {"ContactID": contact},
            "LineItems": [line(price)],
        }
        return dict((await self.put("/CreditNotes", {**body, **more}))["CreditNotes"][0])

    async def advance(self, seconds: float) -> None:
        (await self.client.put("/_sandbox/clock", json={"advance": seconds})).raise_for_status()


def _good(answer: httpx.Response) -> Body:
    assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
    found: Body = loads(answer.text, parse_float=Decimal)
    return found


def line(price: object = 1000, **more: object) -> Body:
    plain = {"Description": "Pump telemetry", "Quantity": 1, "UnitAmount": price}
    return {**plain, "AccountCode": "200", "TaxType": "NONE", **more}


def draft(contact: str) -> Body:
    return {
        "Type": "ACCREC",
        "Contact": {"ContactID": contact},
        "Date": "2026-10-01",
        "DueDate": "2026-10-31",
        "LineItems": [line()],
    }


def payment(invoice: Body, amount: float, **more: object) -> Body:
    named = {"Invoice": {"InvoiceID": invoice["InvoiceID"]}, "Account": {"Code": "090"}}
    return {**named, "Date": "2026-10-20", "Amount": amount, **more}


Open = Callable[..., contextlib.AbstractAsyncContextManager[Caller]]


@contextlib.asynccontextmanager
async def opened(state: Path, **options: object) -> AsyncIterator[Caller]:
    faults = options.pop("faults", {})
    config = {"faults": faults, "xero": options}
    async with (
        serve(state, only=["xero"], config=config) as box,
        httpx.AsyncClient(base_url=box.urls["xero"], verify=authorities()) as client,
    ):
        token = (await new_token(client))["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Xero-Tenant-Id": TENANT["id"]}
        client.headers.update(headers | {"Accept": "application/json"})
        yield Caller(client, box.apps["xero"])


async def new_token(client: httpx.AsyncClient, **form: str) -> Body:
    asked = {"grant_type": "client_credentials", **form}
    app = ("cashward-xero", "xero-demo-secret")
    answer = await client.post("/connect/token", data=asked, auth=app)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())
