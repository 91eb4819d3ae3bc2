"""HubSpot's harness: its sandbox in process, a salesperson's client, and its faults."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from hubspot.utils.signature import Signature

from connectors.common import Roles
from connectors.common.field_definitions import INSTALLATION, installation_field
from connectors.hubspot import HubspotSettings, open_hubspot
from connectors.hubspot.models.fields import FIELDS, definition
from connectors.memory import Fault
from domain.company import Account
from domain.deal import Contact, Deal, QuoteLine
from domain.ids import DealId
from domain.money import Money
from ports.crm import Crm
from testbed.certificates import authorities
from testbed.vendors.common.webhooks import Hooks
from testbed.vendors.hubspot.vendor import HubSpot
from testbed.vendors.hubspot.webhooks import WebhookDelivery
from testbed.vendors.serving import Sandbox, serve
from tests.contracts.crm_harness import TERMS, planned
from tests.contracts.webhook_receiver import Delivery, WebhookReceiver, open_receiver
from tests.references import OURS, THEIRS

TOKEN = "pat-na1-cashward-demo"
HOOK_SECRET = "cw-demo-secret-7c1f"
OBJECTS = "/crm/v3/objects"
_SALES = {"Authorization": "Bearer pat-na1-sales-demo"}
_CONFIG: dict[str, Any] = {"hubspot": {"search_lag": 0}}
_CHANGES = ("PATCH *", f"POST {OBJECTS}/tasks")
_FAULTS = {Fault.THROTTLED: "throttle", Fault.LOST_REPLY: "lost_reply"}
PROPERTIES = "/crm/v3/properties"
LABELS = "/crm/v4/associations/deals/contacts/labels"
_PRIMARY_COMPANY, _PLAIN_CONTACT, _LINE_TO_DEAL = 5, 3, 20
_WRITTEN_BACK = (
    *("stage", "contracted", "billed", "credited", "paid", "outstanding"),
    *("project", "project_url", "attention"),
)


def settings(url: str, **changes: Any) -> HubspotSettings:
    given = {"url": url, "access_token": TOKEN, **changes}
    return HubspotSettings.model_validate(given)


@dataclass(frozen=True)
class HubspotHarness:
    """The connector under test, and its sandbox. `client` is the client of sales."""

    sandbox: Sandbox
    roles: Roles
    client: httpx.AsyncClient

    @property
    def url(self) -> str:
        return self.sandbox.urls["hubspot"]

    @property
    def crm(self) -> Crm:
        assert self.roles.crm
        return self.roles.crm

    async def enter(self, deal: Deal) -> DealId:
        ends = [await self._company(deal.account)] if deal.account else []
        ends += await self._contacts(deal.contacts)
        record = await self.write("POST", f"{OBJECTS}/deals", _deal(deal, ends))
        await asyncio.gather(*(self._line(record["id"], line) for line in deal.lines))
        return DealId(f"hubspot:{record['id']}")

    async def win(self, deal: DealId) -> None:
        await self.change(deal, dealstage="closedwon")

    async def lose(self, deal: DealId) -> None:
        await self.change(deal, dealstage="closedlost")

    async def revise(self, deal: DealId, name: str, value: Money) -> None:
        await self.change(deal, dealname=name, amount=str(value.amount))

    async def tasks(self, deal: DealId) -> list[str]:
        path = f"/crm/v4/objects/deals/{local(deal)}/associations/tasks"
        on_deal = (await self.client.get(path)).raise_for_status().json()["results"]
        inputs = [{"id": str(task["toObjectId"])} for task in on_deal]
        asked = {"properties": ["hs_task_subject", "hs_task_status"], "inputs": inputs}
        found = await self.write("POST", f"{OBJECTS}/tasks/batch/read", asked) if inputs else {}
        tasks = [each["properties"] for each in found.get("results", [])]
        is_open = (task for task in tasks if task["hs_task_status"] != "COMPLETED")
        return [task["hs_task_subject"] for task in is_open]

    async def change(self, deal: DealId, **properties: str) -> None:
        path = f"{OBJECTS}/deals/{local(deal)}"
        await self.write("PATCH", path, {"properties": properties})

    async def written_back(self, deal: DealId) -> dict[str, str]:
        names = {name: f"cashward_{name}" for name in _WRITTEN_BACK}
        found = await self.properties(deal, *names.values())
        return {name: found[theirs] or "" for name, theirs in names.items()}

    async def properties(self, deal: DealId, *names: str) -> dict[str, str | None]:
        path = f"{OBJECTS}/deals/{local(deal)}"
        answer = await self.client.get(path, params={"properties": ",".join(names)})
        found: dict[str, str | None] = answer.raise_for_status().json()["properties"]
        return found

    def unknown(self) -> DealId:
        return DealId("hubspot:59999999999")

    async def write(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        answer = await self.client.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def lines(self) -> list[dict[str, Any]]:
        """Return what the connector did so far, as the sandbox logged it."""
        lines = (await self.client.get("/_sandbox/oplog")).json()
        return [line for line in lines if line["actor"] == "cashward"]

    async def spoil(self, **rule: Any) -> None:
        await self.spoil_all(rule)

    async def spoil_all(self, *rules: Mapping[str, Any]) -> None:
        faults = {"rules": rules, "hang_for": 0.5, "late_by": 0.5}
        (await self.client.put("/_sandbox/faults", json=faults)).raise_for_status()

    async def wait(self, pause: timedelta) -> None:
        self.vendor.clock.advance(pause.total_seconds())

    @property
    def vendor(self) -> HubSpot:
        vendor = self.sandbox.apps["hubspot"].vendor
        assert isinstance(vendor, HubSpot)
        return vendor

    def opened(self, **changes: Any) -> AbstractAsyncContextManager[Roles]:
        return open_hubspot(settings(**{"url": self.url, **changes}), OURS)

    def of_another_installation(self) -> AbstractAsyncContextManager[Roles]:
        return open_hubspot(settings(self.url), THEIRS)

    @asynccontextmanager
    async def with_fault(self, fault: Fault) -> AsyncIterator[Crm]:
        if rule := _FAULTS.get(fault):
            await self.spoil_all(*({"operation": each, "kind": rule} for each in _CHANGES))
        changes = {
            Fault.DOWN: {"url": "http://127.0.0.1:9"},
            Fault.LOCKED_OUT: {"access_token": "pat-na1-nobody"},
        }
        async with self.opened(**changes.get(fault, {})) as roles:
            assert roles.crm
            yield roles.crm

    @asynccontextmanager
    async def in_small_pages(self) -> AsyncIterator[Crm]:
        async with self.opened(page_size=2) as roles:
            assert roles.crm
            yield roles.crm

    @asynccontextmanager
    async def unprepared(self) -> AsyncIterator[Crm]:
        await self.empty()
        yield self.crm

    @asynccontextmanager
    async def webhook_receiver(self) -> AsyncIterator[WebhookReceiver]:
        vendor = self.vendor
        async with open_receiver(_is_genuine, _named) as receiver:
            delivery = WebhookDelivery({"url": receiver.url, "secret": HOOK_SECRET}, vendor.clock)
            vendor.hooks = Hooks(vendor.store, vendor.clock, delivery)
            await vendor.hooks.start()
            yield receiver

    async def empty(self) -> None:
        """Remove everything of ours from the account."""
        for kind, fields in FIELDS.items():
            names = [{"name": field.name} for field in fields]
            names += [{"name": INSTALLATION}] if kind == "deals" else []
            await self.write("POST", f"{PROPERTIES}/{kind}/batch/archive", {"inputs": names})
            await self.write("DELETE", f"{PROPERTIES}/{kind}/groups/cashward")
        for label in (await self.client.get(LABELS)).json()["results"]:
            if label["category"] == "USER_DEFINED":
                await self.write("DELETE", f"{LABELS}/{label['typeId']}")

    async def _company(self, account: Account) -> dict[str, Any]:
        ids = account.ids
        properties = {
            "name": account.name,
            "domain": account.domain,
            "country": account.country,
            "address": account.address.street,
            "city": account.address.city,
            "zip": account.address.postal_code,
            "cashward_legal_name": account.legal_name,
            "cashward_company_id": ids.company_id,
            "cashward_tax_id": ids.tax_id,
            "cashward_vat_id": ids.vat_id,
        }
        made = await self.write("POST", f"{OBJECTS}/companies", {"properties": properties})
        return _end(made["id"], "HUBSPOT_DEFINED", _PRIMARY_COMPANY)

    async def _contacts(self, contacts: tuple[Contact, ...]) -> list[dict[str, Any]]:
        labels = (await self.client.get(LABELS)).raise_for_status().json()["results"]
        types = {each["label"]: each["typeId"] for each in labels}
        return [await self._contact(contact, types) for contact in contacts]

    async def _contact(self, contact: Contact, types: dict[str, int]) -> dict[str, Any]:
        first, _, last = contact.name.partition(" ")
        properties = {"firstname": first, "lastname": last, "email": contact.email}
        made = await self.client.post(f"{OBJECTS}/contacts", json={"properties": properties})
        reply = made.json()
        # A refusal ends with the id of the contact that has the e-mail already.
        id_ = reply["message"].rpartition(" ")[2] if made.status_code == 409 else reply["id"]
        if contact.role is None:
            return _end(id_, "HUBSPOT_DEFINED", _PLAIN_CONTACT)
        label = contact.role.replace("_", " ").capitalize()
        return _end(id_, "USER_DEFINED", types[label])

    async def _line(self, deal: str, line: QuoteLine) -> None:
        properties = {
            "name": line.name,
            "quantity": str(line.quantity),
            "price": str(line.rate),
            "hs_sku": line.sku,
            "cashward_cost_type": line.cost_type or "",
            "cashward_unit": line.unit or "",
            "cashward_hours": str(line.hours or ""),
            "cashward_line_status": line.status,
            "discount": str(line.discount.amount / line.quantity),
        }
        ends = [_end(deal, "HUBSPOT_DEFINED", _LINE_TO_DEAL)]
        body = {"properties": properties, "associations": ends}
        await self.write("POST", f"{OBJECTS}/line_items", body)


@asynccontextmanager
async def crm(
    folder: Path, config: Mapping[str, Any] | None = None
) -> AsyncIterator[HubspotHarness]:
    async with serve(folder, only=["hubspot"], config=config or _CONFIG) as sandbox:
        url = sandbox.urls["hubspot"]
        async with (
            open_hubspot(settings(url), OURS) as roles,
            httpx.AsyncClient(base_url=url, headers=_SALES, verify=authorities()) as client,
        ):
            harness = HubspotHarness(sandbox, roles, client)
            ours = definition(installation_field(OURS.installation))
            await harness.write("POST", f"{PROPERTIES}/deals/batch/create", {"inputs": [ours]})
            yield harness


def local(deal: DealId) -> str:
    return deal.removeprefix("hubspot:")


def _is_genuine(delivery: Delivery) -> bool:
    """Whether HubSpot's own client accepts it."""
    is_valid: bool = Signature.is_valid(
        signature=delivery.headers.get("x-hubspot-signature-v3", ""),
        client_secret=HOOK_SECRET,
        request_body=delivery.body.decode(),
        http_uri=delivery.url,
        signature_version="v3",
        timestamp=delivery.headers.get("x-hubspot-request-timestamp"),
    )
    return is_valid


def _named(body: bytes) -> set[str]:
    deals = (each for each in json.loads(body) if each["subscriptionType"].startswith("deal."))
    return {f"hubspot:{each['objectId']}" for each in deals}


def _end(id: str, category: str, type_id: int) -> dict[str, Any]:
    kind = {"associationCategory": category, "associationTypeId": type_id}
    return {"to": {"id": id}, "types": [kind]}


def _deal(deal: Deal, ends: list[dict[str, Any]]) -> dict[str, Any]:
    assert deal.value
    properties = {
        "dealname": deal.name,
        "pipeline": "default",
        "dealstage": "contractsent",
        "amount": str(deal.value.amount),
        "deal_currency_code": deal.value.currency,
        "cashward_scope": deal.scope,
        "cashward_template": deal.template,
        "cashward_start": str(deal.start or ""),
        "cashward_end": str(deal.end or ""),
        "cashward_payment_terms": TERMS,
        "cashward_tax": deal.tax or "",
        "cashward_tax_class": deal.tax_class or "",
        "cashward_billing_plan": "\n".join(map(planned, deal.milestones)),
        "cashward_discount": f"{deal.discount.share} %" if deal.discount else "",
        "cashward_sla": "\n".join(
            "; ".join(filter(None, (each.metric, each.target, each.penalty))) for each in deal.sla
        ),
    }
    return {"properties": properties, "associations": ends}
