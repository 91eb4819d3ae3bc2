"""Deals on real systems with faults, counted by SQL and not by our own code."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import httpx
import pytest

from domain.stage import Stage
from testbed.demo.clients import VendorClient
from testbed.demo.orders import order
from testbed.demo.story import Sale
from testbed.systems.bottlecrm.site import BottleCrmSite
from testbed.systems.catalog import NAMES, changes_at
from testbed.systems.common.proxy import Fault
from testbed.systems.count import Count
from tests.testbed.systems.real_installation import RealInstallation
from tests.world import until_awaited

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]


async def to_cash(installation: RealInstallation, sales: Sequence[Sale]) -> None:
    assert {outcome.stage for outcome in await installation.carry(sales)} == {Stage.CLOSED}


def assert_once_each(found: Count, *, deals: int, milestones: int) -> None:
    """Assert that everything exists once, is paid, and is written back."""
    assert found.is_clean, found
    assert (found.deals_won, found.projects, found.customers) == (deals, deals, deals)
    bills = deals * milestones
    assert (found.milestones, found.milestones_reached) == (bills, bills)
    assert (found.invoices_posted, found.invoices_paid, found.payments) == (bills, bills, bills)
    assert (found.wiki_pages, found.credit_notes, found.tasks_open) == (deals, 0, 0)


async def test_eight_starts_at_once_are_one_deal(installation: RealInstallation) -> None:
    sales = await installation.sell(1, milestones=2, today=datetime.now(UTC).date())
    await asyncio.gather(*(installation.ring(sales[0]) for _ in range(8)))
    await to_cash(installation, sales)
    assert_once_each(await installation.count(), deals=1, milestones=2)


async def test_replies_dropped_at_every_third_change_make_nothing_twice(
    installation: RealInstallation,
) -> None:
    sales = await installation.sell(2, milestones=2, today=datetime.now(UTC).date())
    for name in NAMES:
        installation.proxies[name].every(3, Fault.LOST_REPLY, changes_at(name))
    for sale in sales:
        await installation.ring(sale)
    await to_cash(installation, sales)
    for name, proxy in installation.proxies.items():
        assert any(each.fault for each in proxy.seen), f"{name} lost no reply"
    assert_once_each(await installation.count(), deals=2, milestones=2)


async def test_an_owner_is_asked_in_bottlecrm_and_the_deal_goes_on_when_it_is_complete(
    installation: RealInstallation,
) -> None:
    """BottleCRM does not report every edit, so the poll reads the deals that wait for one."""
    whole = order(1, milestones=1, seed=5, today=datetime.now(UTC).date())
    [sale] = await installation.sell_as([replace(whole, template="")])
    async with _sales_client(installation) as client:
        await installation.ring(sale)
        [asked] = await until_awaited(lambda: _open_tasks(client, sale))
        assert "not complete" in asked["title"]
        change = {"custom_fields": {"cashward_template": whole.template}}
        await client.ask("PATCH", f"/api/opportunities/{sale.id}/", change)
        await installation.poll.poll_once()
        await to_cash(installation, [sale])
        assert not await _open_tasks(client, sale)
    assert_once_each(await installation.count(), deals=1, milestones=1)


async def test_a_deal_needs_nothing_of_bottlecrms_queue(installation: RealInstallation) -> None:
    """Redis is down from the first step to the last: none of Cashward's calls may wait for it."""
    sales = await installation.sell(1, milestones=1, today=datetime.now(UTC).date())
    redis = cast("BottleCrmSite", installation.running["bottlecrm"]).redis
    await redis.kill()
    try:
        await installation.ring(sales[0])
        await to_cash(installation, sales)
    finally:
        await redis.up()
    assert {each.status for each in installation.proxies["bottlecrm"].seen} == {200}
    assert_once_each(await installation.count(), deals=1, milestones=1)


@pytest.mark.parametrize("name", NAMES)
async def test_a_system_killed_in_the_middle_of_a_deal_loses_nothing(
    installation: RealInstallation, name: str
) -> None:
    sales = await installation.sell(1, milestones=1, today=datetime.now(UTC).date())
    await installation.ring(sales[0])
    await _seen(installation, name)
    await installation.running[name].restart()
    await to_cash(installation, sales)
    assert_once_each(await installation.count(), deals=1, milestones=1)


async def _seen(installation: RealInstallation, name: str) -> None:
    """Wait until Cashward has called this system about the deal."""
    async with asyncio.timeout(60):
        while not installation.proxies[name].seen:
            await asyncio.sleep(0.05)


@asynccontextmanager
async def _sales_client(installation: RealInstallation) -> AsyncIterator[VendorClient]:
    place = installation.running["bottlecrm"].place
    token = {"Authorization": f"Bearer {place.credentials['sales_token']}"}
    async with httpx.AsyncClient(base_url=place.url, headers=token, timeout=60) as http:
        yield VendorClient("bottlecrm", http)


async def _open_tasks(client: VendorClient, sale: Sale) -> list[dict[str, str]]:
    found = await client.ask("GET", "/api/tasks/", query={"opportunity": sale.id, "limit": "50"})
    return [task for task in found["tasks"] if task["status"] != "Completed"]
