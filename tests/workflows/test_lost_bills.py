"""An operator terminates a run: nothing is lost of it, and there is a way on."""

from typing import Any

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1.event_type_pb2 import EVENT_TYPE_WORKFLOW_TASK_COMPLETED
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError

from domain.billing import ItemState, ItemStatus
from domain.contract import Policy
from domain.life import Outcome
from domain.money import Money
from domain.names import DealId, ItemKey
from domain.stage import Stage
from tests.deals import deal
from tests.world import World, until, until_awaited
from workflows import names
from workflows.deal_to_cash import DealToCash

Carried = WorkflowHandle[DealToCash, Outcome]


async def _terminate_bill(world: World, deal: DealId, item: str = "m1") -> None:
    run = names.billing_run(names.subject_of(deal, ItemKey(item)))
    await world.client.get_workflow_handle(run).terminate("by mistake")


async def _first(handle: Carried) -> ItemStatus:
    first: ItemStatus = (await handle.query(DealToCash.billing_schedule))[0]
    return first


async def _becomes(handle: Carried, **wanted: Any) -> ItemStatus:
    async def look() -> ItemStatus | None:
        status = await _first(handle)
        return status if all(getattr(status, k) == v for k, v in wanted.items()) else None

    found: ItemStatus = await until_awaited(look)
    return found


async def test_what_is_issued_stays_billed_and_its_payment_still_reaches_the_deal(
    world: World,
) -> None:
    mine = deal("lost-issued")
    handle = await world.win(mine)
    await world.reach(mine.id, "m1")
    await until(lambda: world.issued(mine.id, "m1"))
    await _becomes(handle, state=ItemState.ISSUED)
    await _terminate_bill(world, mine.id)

    lost = await _becomes(handle, state=ItemState.ISSUED, who="operator")
    assert "Terminated" in lost.reason
    position = await handle.query(DealToCash.cash_position)
    [invoice] = world.invoices(mine.id)
    assert (position.billed, position.outstanding) == (invoice.net, invoice.gross)

    await world.carry_to_cash(mine.id)
    assert (await handle.result()).stage is Stage.CLOSED
    assert len(world.invoices(mine.id)) == len(mine.milestones)


async def test_a_draft_is_held_and_billed_once_released(world: World) -> None:
    mine = deal("lost-draft")
    handle = await world.win(mine, Policy(approve_above=Money.of("1.00", "EUR")))
    await world.reach(mine.id, "m1")
    await until_awaited(lambda: world.has_draft(mine.id))
    [draft] = world.invoices(mine.id)
    with pytest.raises(WorkflowUpdateFailedError):
        await handle.execute_update(DealToCash.release, args=["m1", "grace"])
    await _terminate_bill(world, mine.id)

    lost = await _becomes(handle, state=ItemState.HELD, who="operator")
    assert "release it" in lost.reason
    await handle.execute_update(DealToCash.release, args=["m1", "grace"])
    await _becomes(handle, state=ItemState.HELD, reason="its amount needs approval")
    assert [invoice.id for invoice in world.invoices(mine.id)] == [draft.id]


async def test_a_deal_whose_own_run_was_terminated_goes_on_after_a_reset(world: World) -> None:
    mine = deal("lost-deal")
    handle = await world.win(mine)
    await world.reach(mine.id, "m1")
    await _becomes(handle, state=ItemState.ISSUED)
    await handle.terminate("by mistake")
    await reset(world.client, handle.id)

    await world.carry_to_cash(mine.id)
    assert (await handle.result()).stage is Stage.CLOSED
    assert len(world.invoices(mine.id)) == len(mine.milestones)


async def reset(client: Client, run: str) -> None:
    """As `temporal workflow reset --type LastWorkflowTask` does."""
    history = await client.get_workflow_handle(run).fetch_history()
    done = [e for e in history.events if e.event_type == EVENT_TYPE_WORKFLOW_TASK_COMPLETED]
    await client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=run),
            reason="terminated by mistake",
            workflow_task_finish_event_id=done[-1].event_id,
            request_id="once",
        )
    )
