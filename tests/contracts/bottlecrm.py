"""BottleCRM's harness: the site itself behind a proxy, a salesperson's client, and its faults."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from connectors.bottlecrm import BottlecrmSettings, open_bottlecrm
from connectors.common import Roles
from connectors.memory import Fault
from domain.company import Account
from domain.deal import Contact, Deal, LineStatus, QuoteLine
from domain.ids import DealId
from domain.money import Money
from ports.crm import Crm
from testbed.systems.bottlecrm import changes
from testbed.systems.bottlecrm.site import BottleCrmSite
from testbed.systems.common.proxy import Fault as ProxyFault
from testbed.systems.common.proxy import Proxy, proxy_before
from testbed.systems.common.system import Running
from tests.contracts.crm_harness import TERMS, planned
from tests.references import OURS, THEIRS

_FAULTS = {Fault.THROTTLED: ProxyFault.THROTTLED, Fault.LOST_REPLY: ProxyFault.LOST_REPLY}
_PREPARED = "bottlecrm_prepared"
_KNOWN_CURRENCIES = ("EUR", "GBP", "JPY")
_WRITTEN_BACK = (
    *("stage", "contracted", "billed", "credited", "paid", "outstanding"),
    *("project", "project_url", "attention"),
)


@dataclass(frozen=True)
class BottlecrmHarness:
    """The connector under test, which goes through the proxy. `client` is the client of sales."""

    system: Running
    proxy: Proxy
    roles: Roles
    client: httpx.AsyncClient

    @property
    def crm(self) -> Crm:
        assert self.roles.crm
        return self.roles.crm

    async def enter(self, deal: Deal) -> DealId:
        body = {
            **_deal(deal),
            "account": await self._company(deal.account) if deal.account else None,
            "contacts": [await self._contact(each) for each in deal.contacts],
            "assigned_to": [self.system.place.credentials["sales_profile"]],
        }
        made = await self.write("POST", "/api/opportunities/", body)
        for place, line in enumerate(deal.lines):
            path = f"/api/opportunities/{made['id']}/line-items/"
            await self.write("POST", path, _line(line, place))
        return DealId(f"bottlecrm:{made['id']}")

    async def win(self, deal: DealId) -> None:
        path = f"/api/opportunities/{local(deal)}/move/"
        await self.write("PATCH", path, {"column_id": "CLOSED_WON"})

    async def lose(self, deal: DealId) -> None:
        path = f"/api/opportunities/{local(deal)}/move/"
        await self.write("PATCH", path, {"column_id": "CLOSED_LOST"})

    async def revise(self, deal: DealId, name: str, value: Money) -> None:
        """Change the amount: it is the sum of the lines, so the last line gets the difference."""
        path = f"/api/opportunities/{local(deal)}/"
        *others, last = (await self.read(deal))["line_items"]
        rest = sum((Money.of(line["total"], value.currency) for line in others), -value)
        price = {"quantity": "1", "unit_price": str(-rest.amount)}
        await self.write("PUT", f"{path}line-items/{last['id']}/", price)
        await self.change(deal, name=await self._free(name))

    async def change(self, deal: DealId, **fields: Any) -> None:
        await self.write("PATCH", f"/api/opportunities/{local(deal)}/", fields)

    async def tasks(self, deal: DealId) -> list[str]:
        query = {"opportunity": local(deal), "slim": "true", "limit": "100"}
        found = (await self.client.get("/api/tasks/", params=query)).raise_for_status().json()
        return [task["title"] for task in found["tasks"] if task["status"] != "Completed"]

    async def written_back(self, deal: DealId) -> dict[str, str]:
        found = (await self.read(deal))["custom_fields"]
        return {name: found.get(f"cashward_{name}", "") for name in _WRITTEN_BACK}

    async def read(self, deal: DealId) -> dict[str, Any]:
        answer = await self.client.get(f"/api/opportunities/{local(deal)}/")
        found: dict[str, Any] = answer.raise_for_status().json()["opportunity_obj"]
        return found

    def unknown(self) -> DealId:
        return DealId("bottlecrm:0b7e5f0a-58f1-4a6e-9d54-0c7a53a1c2f3")

    async def write(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        answer = await self.client.request(method, path, json=body)
        assert answer.is_success, answer.text
        assert not answer.json().get("error"), answer.text
        return answer.json()

    async def wait(self, pause: timedelta) -> None:
        await asyncio.sleep(pause.total_seconds())

    def opened(self, **given: Any) -> AbstractAsyncContextManager[Roles]:
        return open_bottlecrm(settings(self.system, **{"url": self.proxy.url, **given}), OURS)

    def of_another_installation(self) -> AbstractAsyncContextManager[Roles]:
        return open_bottlecrm(settings(self.system, url=self.proxy.url), THEIRS)

    @asynccontextmanager
    async def with_fault(self, fault: Fault) -> AsyncIterator[Crm]:
        if rule := _FAULTS.get(fault):
            self.proxy.once(rule, changes)
        given = {
            Fault.DOWN: {"url": "http://127.0.0.1:9"},
            Fault.LOCKED_OUT: {"access_token": "bcrm_pat_nobody"},
        }
        async with self.opened(**given.get(fault, {})) as roles:
            assert roles.crm
            yield roles.crm

    @asynccontextmanager
    async def in_small_pages(self) -> AsyncIterator[Crm]:
        async with self.opened(page_size=2) as roles:
            assert roles.crm
            yield roles.crm

    @asynccontextmanager
    async def unprepared(self) -> AsyncIterator[Crm]:
        await self.system.reset()
        yield self.crm

    async def _free(self, name: str) -> str:
        """Return a name that no other deal has, which BottleCRM requires."""
        query = {"search": name}
        found = (await self.client.get("/api/opportunities/", params=query)).raise_for_status()
        taken = found.json()["opportunities_count"]
        return f"{name} ({taken})" if taken else name

    async def _company(self, account: Account) -> str:
        if known := await self._known("accounts", "active_accounts", name=account.name):
            return known
        ids = account.ids
        body = {
            "name": account.name,
            "website": f"https://www.{account.domain}/",
            "country": account.country,
            "address_line": account.address.street,
            "city": account.address.city,
            "postcode": account.address.postal_code,
            "custom_fields": {
                "cashward_legal_name": account.legal_name,
                "cashward_company_id": ids.company_id,
                "cashward_tax_id": ids.tax_id,
                "cashward_vat_id": ids.vat_id,
            },
        }
        return str((await self.write("POST", "/api/accounts/", body))["id"])

    async def _contact(self, contact: Contact) -> str:
        if known := await self._known("contacts", "contact_obj_list", email=contact.email):
            return known
        first, _, last = contact.name.partition(" ")
        ticked = {f"cashward_{contact.role}": True} if contact.role else {}
        names = {"first_name": first, "last_name": last, "email": contact.email}
        body = {**names, "custom_fields": ticked}
        return str((await self.write("POST", "/api/contacts/", body))["id"])

    async def _known(self, kind: str, listed: str, **query: str) -> str:
        answer = (await self.client.get(f"/api/{kind}/", params=query)).raise_for_status().json()
        found = answer[listed]
        rows = found if isinstance(found, list) else found["open_accounts"]
        return next((row["id"] for row in rows), "")


def settings(system: Running, **given: Any) -> BottlecrmSettings:
    connector = {name.lower(): value for name, value in system.place.connector.items()}
    return BottlecrmSettings.model_validate({**connector, **given})


@asynccontextmanager
async def crm(system: Running) -> AsyncIterator[BottlecrmHarness]:
    await _prepare(system)
    place = system.place
    sales = {"Authorization": f"Bearer {place.credentials['sales_token']}"}
    async with (
        proxy_before(place.url) as proxy,
        open_bottlecrm(settings(system, url=proxy.url), OURS) as roles,
        httpx.AsyncClient(base_url=place.url, headers=sales, timeout=60) as client,
    ):
        yield BottlecrmHarness(system, proxy, roles, client)


async def _prepare(system: Running) -> None:
    """Set up as `cashward setup` does, once per run; it takes longer than most tests."""
    assert isinstance(system, BottleCrmSite)
    if await system.databases.has(_PREPARED):
        return await system.reset(_PREPARED)
    await system.reset()
    async with open_bottlecrm(settings(system), OURS) as roles:
        assert roles.crm
        await roles.crm.set_up(dry_run=False)
    return await system.keep(_PREPARED)


def local(deal: DealId) -> str:
    return deal.removeprefix("bottlecrm:")


def _line(line: QuoteLine, place: int) -> dict[str, Any]:
    status = ["optional"] if line.status is LineStatus.OPTIONAL else []
    hours = [f"{line.hours} h"] if line.hours else []
    parts = [*status, *hours, str(line.cost_type or ""), str(line.unit or ""), line.sku]
    return {
        "name": line.name,
        "description": f"as quoted [{'; '.join(parts)}]",
        "quantity": str(line.quantity),
        "unit_price": str(line.rate),
        "discount_type": "FIXED",
        "discount_value": str(line.discount.amount),
        "order": place,
    }


def _deal(deal: Deal) -> dict[str, Any]:
    assert deal.value
    currency = deal.value.currency
    known = currency in _KNOWN_CURRENCIES
    custom = {
        "cashward_currency": "" if known else currency,
        "cashward_scope": deal.scope,
        "cashward_template": deal.template,
        "cashward_start": str(deal.start or ""),
        "cashward_end": str(deal.end or ""),
        "cashward_payment_terms": TERMS,
        "cashward_tax": deal.tax,
        "cashward_tax_class": deal.tax_class,
        "cashward_billing_plan": "\n".join(map(planned, deal.milestones)),
        "cashward_discount": f"{deal.discount.share} %" if deal.discount else "",
        "cashward_sla": "\n".join(
            "; ".join(filter(None, (each.metric, each.target, each.penalty))) for each in deal.sla
        ),
    }
    return {
        "name": deal.name,
        "stage": "NEGOTIATION",
        "probability": 90,
        "currency": currency if known else None,
        "amount": str(deal.value.amount),
        "closed_on": "2026-12-01",
        "custom_fields": custom,
    }
