"""Polls cost little in Temporal: one run per system."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import URL

from domain.charge import ChargeState
from domain.deal_snapshot import Outcome
from domain.event import TimeTurned
from domain.ids import EventId, MilestoneKey
from domain.stage import Stage
from runtime.polls import ensure_polls
from tests.deals import deal, small_deal
from tests.postgres import fresh_database
from tests.temporal import private_temporal
from tests.world import World, open_world, until, until_awaited
from workflows import workflow_ids
from workflows.deal_to_cash import DealToCash
from workflows.polling import PolledSystem
from workflows.reconciling import RECONCILED


async def test_a_system_has_one_poll_run_however_often_it_is_polled(world: World) -> None:
    for _ in range(3):  # as many workers start
        await ensure_polls(world.client, task_queue=world.queue)
    seen = set()

    async def polled_often() -> bool:
        seen.add((await world.store.cursors.last_polls()).get("crm"))
        return len(seen) > 10

    await until_awaited(polled_often)
    query = f"WorkflowType = 'poll' and TaskQueue = '{world.queue}'"
    runs = await until_awaited(lambda: _listed(world, query))
    assert sorted(runs) == sorted(workflow_ids.poll_run(system) for system in PolledSystem)
    for run in runs:
        history = await world.client.get_workflow_handle(run).fetch_history()
        assert len(history.events) <= 7


async def test_polls_alone_carry_a_deal_to_cash(world: World) -> None:
    await ensure_polls(world.client, task_queue=world.queue)
    mine = small_deal("polled")
    world.systems.add(mine)
    world.systems.win(mine.id)
    project = await until(lambda: world.planned_project(mine.id))
    world.systems.reach(project, MilestoneKey("design"))
    invoice = await until(lambda: world.issued(mine.id, "design"))
    world.systems.pay(invoice.id, invoice.outstanding)
    run = workflow_ids.deal_run(mine.id)
    handle = world.client.get_workflow_handle(run, result_type=Outcome)
    assert (await handle.result()).stage is Stage.CLOSED


async def test_time_hints_the_run_of_an_open_deal_and_none_of_a_deal_that_has_ended(
    world: World,
) -> None:
    mine = small_deal("hinted")
    handle = await world.win(mine)
    fact = TimeTurned(deal=mine.id, event=EventId("hinted"))
    assert await world.dispatcher.time_turned(fact)
    await until_awaited(lambda: world.has_project(mine.id))
    await world.cancel(mine.id)
    await handle.result()
    assert not await world.dispatcher.time_turned(fact)


async def test_row_2_polls_alone_find_a_deal_that_was_set_to_lost(world: World) -> None:
    await ensure_polls(world.client, task_queue=world.queue)
    mine = small_deal("polled-lost")
    world.systems.add(mine)
    world.systems.win(mine.id)
    project = await until(lambda: world.planned_project(mine.id))
    world.systems.lose(mine.id)
    watch = workflow_ids.crm_watch(mine.id)
    assert "not won any more" in (await world.parked(watch)).attention.what
    world.systems.reach(project, MilestoneKey("design"))
    handle = world.client.get_workflow_handle_for(DealToCash.run, workflow_ids.deal_run(mine.id))

    async def is_held() -> bool:
        [status] = await handle.query(DealToCash.billing_schedule)
        return status.state is ChargeState.HELD

    await until_awaited(is_held)
    world.systems.win(mine.id)
    await until(lambda: world.issued(mine.id, "design"))


@pytest.fixture
def database(postgres: URL) -> Iterator[str]:
    """A database for a world of its own, which gives out the ids of the other world again."""
    with fresh_database(postgres) as url:
        yield url


async def test_a_poll_leaves_a_system_its_only_slot_for_steps(database: str) -> None:
    async with private_temporal() as temporal, open_world(temporal, database, at_once=1) as one:
        await ensure_polls(one.client, task_queue=one.queue)
        await until_awaited(lambda: _polled_everything(one))
        mine = deal("slot")
        await one.win(mine)
        assert await until_awaited(lambda: one.has_project(mine.id))
        await _end_polls(one)


async def _polled_everything(world: World) -> bool:
    return {*PolledSystem} <= (await world.store.cursors.last_polls()).keys()


async def _end_polls(world: World) -> None:
    for system in PolledSystem:
        await world.client.get_workflow_handle(workflow_ids.poll_run(system)).terminate()
    for system in RECONCILED:
        await world.client.get_workflow_handle(workflow_ids.reconcile_run(system)).terminate()


async def _listed(world: World, query: str) -> list[str] | None:
    await asyncio.sleep(0.05)
    found = [run.id async for run in world.client.list_workflows(query)]
    return found if len(found) >= len(PolledSystem) else None
