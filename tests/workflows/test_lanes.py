"""Whole deals without a cache and in the strict sandbox, which show hidden state."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import URL
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.testing import WorkflowEnvironment

from domain.attention import Action
from domain.stage import Stage
from tests.deals import small_deal
from tests.postgres import fresh_database
from tests.world import World, open_world, until_awaited
from workflows import workflow_ids

ENDS = [Stage.CLOSED, Stage.CANCELLED]
MORE_CAME = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND


async def _ends(world: World, name: str) -> list[Stage]:
    """Return how deals end: one run to cash, one mended by sales and cancelled."""
    carried, cancelled = small_deal(f"{name}-carried"), small_deal(f"{name}-cancelled")
    first = await world.win(carried)
    second = await world.win(cancelled.model_copy(update={"scope": ""}))
    await world.carry_to_cash(carried.id)
    await world.parked(workflow_ids.handoff_run(cancelled.id))
    world.systems.add(cancelled.model_copy(update={"is_won": True}))
    await world.decide(workflow_ids.handoff_run(cancelled.id), Action.RETRY)
    await until_awaited(lambda: world.has_project(cancelled.id))
    await world.cancel(cancelled.id)
    return [(await run.result()).stage for run in (first, second)]


@asynccontextmanager
async def _asserting_that_no_task_fails(world: World) -> AsyncIterator[None]:
    """Fail if a workflow task fails: Temporal retries it for ever, and the run only waits."""
    try:
        async with asyncio.timeout(100):
            yield
    finally:
        assert [failure async for failure in _failures(world)] == []


async def _failures(world: World) -> AsyncIterator[str]:
    """Return why tasks of a run failed, except for events that came while it ended."""
    async for run in world.client.list_workflows(f'TaskQueue = "{world.queue}"'):
        history = await world.client.get_workflow_handle(run.id).fetch_history()
        for event in history.events:
            failed = event.workflow_task_failed_event_attributes
            is_one = event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
            if is_one and failed.cause != MORE_CAME:
                yield failed.failure.message


# A note may end just before its run leaves the cache, which cancels it: the SDK warns, and goes on.
@pytest.mark.filterwarnings("ignore:Cannot find activity to cancel:UserWarning")
async def test_every_task_may_be_replayed_from_its_history(
    temporal: WorkflowEnvironment, postgres: URL
) -> None:
    with fresh_database(postgres) as database:
        async with (
            open_world(temporal, database, cached=0) as world,
            _asserting_that_no_task_fails(world),
        ):
            assert await _ends(world, "uncached") == ENDS


async def test_our_own_code_keeps_the_rules_of_the_sandbox(
    temporal: WorkflowEnvironment, postgres: URL
) -> None:
    with fresh_database(postgres) as database:
        async with (
            open_world(temporal, database, strict=True) as world,
            _asserting_that_no_task_fails(world),
        ):
            assert await _ends(world, "strict") == ENDS
