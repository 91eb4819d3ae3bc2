"""The same life in harder conditions: what a cache or a shared import might hide."""

import pytest
from sqlalchemy import URL
from temporalio.testing import WorkflowEnvironment

from domain.attention import Verb
from domain.stage import Stage
from tests.deals import deal
from tests.postgres import fresh_database
from tests.world import World, open_world, until_awaited
from workflows import names


async def _live(world: World, name: str) -> None:
    carried, cancelled, parked = (deal(f"{name}-{n}") for n in range(3))
    first = await world.win(carried)
    second = await world.win(cancelled)
    third = await world.win(parked.model_copy(update={"scope": ""}))
    await world.carry_to_cash(carried.id)
    await until_awaited(lambda: world.has_project(cancelled.id))
    await world.cancel(cancelled.id)
    await world.parked(names.handoff_run(parked.id))
    await world.decide(names.handoff_run(parked.id), Verb.ABORT)

    assert (await first.result()).stage is Stage.CLOSED
    assert (await second.result()).stage is Stage.CANCELLED
    assert (await third.result()).stage is Stage.CANCELLED


# A note may end just before its run leaves the cache, which cancels it: the SDK warns, and goes on.
@pytest.mark.filterwarnings("ignore:Cannot find activity to cancel:UserWarning")
async def test_every_task_may_be_replayed_from_its_history(
    temporal: WorkflowEnvironment, postgres: URL
) -> None:
    with fresh_database(postgres) as database:
        async with open_world(temporal, database, cached=0) as world:
            await _live(world, "uncached")


async def test_our_own_code_keeps_the_rules_of_the_sandbox(
    temporal: WorkflowEnvironment, postgres: URL
) -> None:
    with fresh_database(postgres) as database:
        async with open_world(temporal, database, strict=True) as world:
            await _live(world, "strict")
