"""Cashward's changes in BottleCRM need neither its queue nor its worker, and survive a crash."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from testbed.systems.bottlecrm.site import BottleCrmSite
from tests.contracts.bottlecrm import BottlecrmHarness
from tests.contracts.crm_harness import asking, figures, ticket, won

pytestmark = pytest.mark.real


@asynccontextmanager
async def no_queue(harness: BottlecrmHarness) -> AsyncIterator[None]:
    assert isinstance(harness.system, BottleCrmSite)
    await harness.system.redis.kill()
    try:
        yield
    finally:
        await harness.system.redis.up()


async def test_figures_and_tasks_are_there_without_the_queue(harness: BottlecrmHarness) -> None:
    deal = await won(harness)
    async with no_queue(harness):
        await harness.crm.write_back.do(figures(deal), ticket("w"))
        made = await harness.crm.owner_task.do(asking(deal), ticket("t"))
        await harness.crm.owner_task.undo(asking(deal), made)
    assert (await harness.written_back(deal))["contracted"] == "13040.00"
    assert [each.id for each in await harness.crm.owner_task.find(asking(deal))] == [made.id]
    assert await harness.tasks(deal) == []


async def test_what_was_committed_is_there_after_a_power_cut(harness: BottlecrmHarness) -> None:
    deal = await won(harness)
    await harness.crm.write_back.do(figures(deal), ticket("w"))
    await harness.system.restart()
    assert (await harness.written_back(deal))["contracted"] == "13040.00"
    assert (await harness.crm.read_deal(deal)).is_won
