"""Cashward's changes in BottleCRM need neither its queue nor its worker, and survive a crash."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from testbed.systems.bottlecrm.site import BottleCrmSite
from tests.contracts.bottlecrm import BottlecrmHarness
from tests.contracts.crm_harness import asking, figures, ticket, won

pytestmark = pytest.mark.real


@asynccontextmanager
async def no_queue(bench: BottlecrmHarness) -> AsyncIterator[None]:
    assert isinstance(bench.system, BottleCrmSite)
    await bench.system.redis.kill()
    try:
        yield
    finally:
        await bench.system.redis.up()


async def test_figures_and_tasks_are_there_without_the_queue(bench: BottlecrmHarness) -> None:
    deal = await won(bench)
    async with no_queue(bench):
        await bench.crm.write_back.do(figures(deal), ticket("w"))
        made = await bench.crm.owner_task.do(asking(deal), ticket("t"))
        await bench.crm.owner_task.undo(asking(deal), made)
    assert (await bench.written_back(deal))["contracted"] == "13040.00"
    assert [each.id for each in await bench.crm.owner_task.find(asking(deal))] == [made.id]
    assert await bench.tasks(deal) == []


async def test_what_was_committed_is_there_after_a_power_cut(bench: BottlecrmHarness) -> None:
    deal = await won(bench)
    await bench.crm.write_back.do(figures(deal), ticket("w"))
    await bench.system.restart()
    assert (await bench.written_back(deal))["contracted"] == "13040.00"
    assert (await bench.crm.read_deal(deal)).is_won
