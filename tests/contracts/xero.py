"""Xero's harnesses: its sandbox in process, a bookkeeper's client, and its faults."""

import base64
import hmac
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from connectors.common import Roles
from connectors.memory import Fault
from connectors.xero import XeroSettings, open_xero
from domain.ids import ExternalId
from domain.money import Money
from ports.erp import Customers, Invoicing
from testbed.certificates import authorities
from testbed.vendors.serving import Sandbox, serve
from testbed.vendors.xero.records import ID_FIELDS, Records
from testbed.vendors.xero.vendor import Xero
from testbed.vendors.xero.webhooks import Webhooks
from tests.contracts.erp_harness import Look
from tests.contracts.webhook_receiver import Delivery, WebhookReceiver, open_receiver
from tests.references import OURS, THEIRS

SECRET = "xero-demo-secret"
HOOK_KEY = "bGV0LXRoZS1jYXNoLWZsb3ctc2FuZGJveC13ZWJob29rLWtleQ=="
BASE = "/api.xro/2.0"
_FAULTS = {Fault.THROTTLED: "throttle", Fault.LOST_REPLY: "lost_reply"}
_BANK = {"client_id": "bank-feed", "client_secret": "xero-bank-secret"}


def settings(url: str, **changes: Any) -> XeroSettings:
    given = {"url": url, "client_id": "cashward-xero", "client_secret": SECRET, **changes}
    return XeroSettings.model_validate(given)


@dataclass(frozen=True)
class XeroHarness:
    """The connector under test, and its sandbox. `client` is the client of another app."""

    sandbox: Sandbox
    roles: Roles
    client: httpx.AsyncClient

    @property
    def url(self) -> str:
        return self.sandbox.urls["xero"]

    @property
    def customers(self) -> Customers:
        assert self.roles.customers
        return self.roles.customers

    @property
    def invoicing(self) -> Invoicing:
        assert self.roles.invoicing
        return self.roles.invoicing

    async def pay(self, invoice: ExternalId, amount: Money) -> None:
        payment = {
            "Invoice": {"InvoiceID": invoice},
            "Account": {"Code": "090"},
            "Date": "2026-11-24",
            "Amount": str(amount.amount),
        }
        await self.write("PUT", "/Payments", payment)

    async def take_payments_back(self, invoice: ExternalId) -> None:
        (found,) = (await self.read(f"/Invoices/{invoice}"))["Invoices"]
        for payment in found["Payments"]:
            await self.write("POST", f"/Payments/{payment['PaymentID']}", {"Status": "DELETED"})

    async def void(self, invoice: ExternalId) -> None:
        await self.write("POST", f"/Invoices/{invoice}", {"Status": "VOIDED"})

    async def reprice(self, draft: ExternalId, net: Money) -> None:
        ((line,),) = [
            each["LineItems"] for each in (await self.read(f"/Invoices/{draft}"))["Invoices"]
        ]
        changed = {"LineItemID": line["LineItemID"], "UnitAmount": str(net.amount)}
        await self.write("POST", f"/Invoices/{draft}", {"LineItems": [changed]})

    async def words(self, credit_note: ExternalId) -> str:
        (found,) = (await self.read(f"/CreditNotes/{credit_note}"))["CreditNotes"]
        lines = found["LineItems"]
        return "".join(line["Description"] for line in lines if not line["LineAmount"])

    async def texts(self, invoice: ExternalId) -> Sequence[str]:
        (found,) = (await self.read(f"/Invoices/{invoice}"))["Invoices"]
        return [line["Description"] for line in found["LineItems"] if not line["LineAmount"]]

    async def annotate(self, draft: ExternalId) -> Look:
        number = {"InvoiceNumber": "2026-17"}
        await self.write("POST", f"/Invoices/{draft}", number)

        async def is_there() -> bool:
            (found,) = (await self.read(f"/Invoices/{draft}"))["Invoices"]
            return bool(found["InvoiceNumber"] == number["InvoiceNumber"])

        return is_there

    async def write(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        answer = await self.client.request(method, BASE + path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    async def read(self, path: str, **query: str) -> Any:
        return (await self.client.get(BASE + path, params=query)).raise_for_status().json()

    async def calls(self) -> list[str]:
        """Return the connector's calls so far, in order."""
        lines = (await self.client.get("/_sandbox/oplog")).json()
        return [line["operation"] for line in lines if line["actor"] == "cashward"]

    @property
    def vendor(self) -> Xero:
        vendor = self.sandbox.apps["xero"].vendor
        assert isinstance(vendor, Xero)
        return vendor

    @property
    def records(self) -> Records:
        """The server's own records."""
        return self.vendor.records

    def record(self, kind: str, id: str) -> dict[str, Any]:
        found = self.records.get(kind, id)
        assert found
        return found

    def plant(self, kind: str, doc: Mapping[str, Any]) -> None:
        """Put a record into Xero that its API would refuse, such as a person's edit."""
        self.records.collection(kind).put(str(doc[ID_FIELDS[kind]]), dict(doc))
        self.records.store.commit()

    async def spoil(self, **rule: Any) -> None:
        faults = {"rules": [rule], "hang_for": 0.5, "late_by": 0.5}
        (await self.client.put("/_sandbox/faults", json=faults)).raise_for_status()

    async def heal(self) -> None:
        (await self.client.put("/_sandbox/faults", json={})).raise_for_status()

    async def advance(self, seconds: float) -> None:
        await self.client.put("/_sandbox/clock", json={"advance": seconds})

    async def wait(self, pause: timedelta) -> None:
        await self.advance(pause.total_seconds())

    def opened(self, **changes: Any) -> AbstractAsyncContextManager[Roles]:
        return open_xero(settings(**{"url": self.url, **changes}), OURS)

    def of_another_installation(self) -> AbstractAsyncContextManager[Roles]:
        return open_xero(settings(self.url), THEIRS)

    @asynccontextmanager
    async def with_fault(self, fault: Fault) -> AsyncIterator[Roles]:
        changes = {
            Fault.DOWN: {"url": "http://127.0.0.1:9"},
            Fault.LOCKED_OUT: {"client_secret": "wrong"},
        }
        if rule := _FAULTS.get(fault):
            await self.spoil(operation=f"P* {BASE}/*", kind=rule)
        async with self.opened(**changes.get(fault, {})) as roles:
            yield roles
        await self.heal()

    def in_small_pages(self) -> AbstractAsyncContextManager[Roles]:
        return self.opened(page_size=2)

    @asynccontextmanager
    async def webhook_receiver(self) -> AsyncIterator[WebhookReceiver]:
        vendor = self.vendor
        async with open_receiver(_is_genuine, _named) as receiver:
            target = {"url": receiver.url, "secret": HOOK_KEY}
            vendor.hooks = Webhooks(vendor.store, vendor.clock, target)
            await vendor.hooks.start()
            yield receiver


def _is_genuine(delivery: Delivery) -> bool:
    """Whether Xero signed it: the text of the key is used without decoding."""
    signed = base64.b64encode(hmac.digest(HOOK_KEY.encode(), delivery.body, "sha256")).decode()
    return hmac.compare_digest(signed, delivery.headers.get("x-xero-signature", ""))


def _named(body: bytes) -> set[str]:
    events = json.loads(body)["events"]
    return {each["resourceId"] for each in events if each["eventCategory"] == "INVOICE"}


@asynccontextmanager
async def erp(folder: Path) -> AsyncIterator[XeroHarness]:
    async with serve(folder, only=["xero"]) as sandbox:
        url = sandbox.urls["xero"]
        async with (
            open_xero(settings(url), OURS) as roles,
            httpx.AsyncClient(base_url=url, verify=authorities()) as client,
        ):
            form = {"grant_type": "client_credentials", **_BANK}
            token = (await client.post("/connect/token", data=form)).raise_for_status().json()
            client.headers["Authorization"] = f"Bearer {token['access_token']}"
            client.headers["Accept"] = "application/json"
            yield XeroHarness(sandbox, roles, client)
