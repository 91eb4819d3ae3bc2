"""A run that an operator terminates loses nothing, and the deal can go on."""

from typing import Any

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1.event_type_pb2 import EVENT_TYPE_WORKFLOW_TASK_COMPLETED
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client, WorkflowHandle

from domain.attention import Action
from domain.charge import ChargeState, ChargeStatus
from domain.contract import Policy
from domain.deal_snapshot import Outcome
from domain.ids import ChargeId, DealId
from domain.money import Money
from domain.refusal import Refusal
from domain.responsibility import Party
from domain.stage import Stage
from tests.actors import GRACE
from tests.deals import small_deal
from tests.world import World, until, until_awaited
from workflows import workflow_ids
from workflows.deal_to_cash import DealToCash

Carried = WorkflowHandle[DealToCash, Outcome]
DESIGN = ChargeId("design")


async def _terminate_bill(world: World, deal: DealId, charge: str = "design") -> None:
    run = workflow_ids.billing_run(workflow_ids.subject_of(deal, ChargeId(charge)))
    await world.client.get_workflow_handle(run).terminate("by mistake")


async def _first(handle: Carried) -> ChargeStatus:
    first: ChargeStatus = (await handle.query(DealToCash.billing_schedule))[0]
    return first


async def _is_lost(handle: Carried) -> bool:
    return (await _first(handle)).reason.startswith("its billing run ended")


async def _becomes(handle: Carried, **wanted: Any) -> ChargeStatus:
    async def look() -> ChargeStatus | None:
        status = await _first(handle)
        return status if all(getattr(status, k) == v for k, v in wanted.items()) else None

    found: ChargeStatus = await until_awaited(look)
    return found


async def test_what_is_issued_stays_billed_and_its_payment_still_reaches_the_deal(
    world: World,
) -> None:
    mine = small_deal("lost-issued")
    handle = await world.win(mine)
    await world.reach(mine.id, "design")
    await until(lambda: world.issued(mine.id, "design"))
    await _becomes(handle, state=ChargeState.ISSUED)
    await _terminate_bill(world, mine.id)

    lost = await _becomes(handle, state=ChargeState.ISSUED, responsible=Party.OPERATOR)
    assert "Terminated" in lost.reason
    position = await handle.query(DealToCash.cash_position)
    [invoice] = world.invoices(mine.id)
    assert (position.billed, position.outstanding) == (invoice.net, invoice.gross)

    await world.carry_to_cash(mine.id)
    assert (await handle.result()).stage is Stage.CLOSED
    assert len(world.invoices(mine.id)) == len(mine.milestones)


async def test_a_draft_is_held_and_billed_once_released(world: World) -> None:
    mine = small_deal("lost-draft")
    handle = await world.win(mine, Policy(approve_above=Money.of("1.00", "EUR")))
    await world.reach(mine.id, "design")
    await until_awaited(lambda: world.has_draft(mine.id))
    [draft] = world.invoices(mine.id)
    with pytest.raises(Refusal, match="not held"):
        await world.application.charges.release(GRACE, mine.id, DESIGN)
    await _terminate_bill(world, mine.id)

    lost = await _becomes(handle, state=ChargeState.HELD, responsible=Party.OPERATOR)
    assert "release it" in lost.reason
    await world.application.charges.release(GRACE, mine.id, DESIGN)
    await _becomes(handle, state=ChargeState.HELD, reason="its amount needs approval")
    assert [invoice.id for invoice in world.invoices(mine.id)] == [draft.id]


async def test_a_parked_bill_leaves_the_list_of_attentions_with_its_run(world: World) -> None:
    mine = small_deal("lost-parked")
    handle = await world.win(mine)
    await until_awaited(lambda: world.has_project(mine.id))
    customers = {**world.systems.customers}
    world.systems.customers.clear()
    await world.reach(mine.id, "design")
    bill = workflow_ids.billing_run(workflow_ids.subject_of(mine.id, ChargeId("design")))
    await world.parked(bill)
    world.systems.customers |= customers
    await _terminate_bill(world, mine.id)

    # A parked bill is held too: only the reason tells that its run is lost.
    await until_awaited(lambda: _is_lost(handle))
    assert await _asked_in_vain(world, bill) == []
    assert not (await handle.query(DealToCash.status)).needs_attention
    await world.application.charges.release(GRACE, mine.id, DESIGN)
    await until(lambda: world.issued(mine.id, "design"))


async def _asked_in_vain(world: World, run: str) -> list[str]:
    return [
        f.attention.kind
        for f in await world.store.attention_queue.list_of_run(run)
        if f.decision is None
    ]


async def test_a_stage_that_was_terminated_begins_again_when_an_operator_says_so(
    world: World,
) -> None:
    mine = small_deal("lost-stage", scope="")
    handle = await world.win(mine)
    await world.parked(workflow_ids.handoff_run(mine.id))
    await world.client.get_workflow_handle(workflow_ids.handoff_run(mine.id)).terminate(
        "by mistake"
    )

    filed = await world.parked(workflow_ids.deal_run(mine.id))
    assert (filed.attention.responsible, filed.attention.actions) == (
        (Party.OPERATOR,),
        (Action.RETRY, Action.ABORT),
    )
    world.systems.add(mine.model_copy(update={"scope": "All of it", "is_won": True}))
    await world.decide(workflow_ids.deal_run(mine.id), Action.RETRY)
    await world.carry_to_cash(mine.id)
    assert (await handle.result()).stage is Stage.CLOSED


async def test_a_deal_whose_stage_was_terminated_may_be_given_up(world: World) -> None:
    mine = small_deal("lost-for-good", scope="")
    handle = await world.win(mine)
    await world.parked(workflow_ids.handoff_run(mine.id))
    await world.client.get_workflow_handle(workflow_ids.handoff_run(mine.id)).terminate(
        "by mistake"
    )
    await world.parked(workflow_ids.deal_run(mine.id))
    await world.decide(workflow_ids.deal_run(mine.id), Action.ABORT)
    assert (await handle.result()).stage is Stage.CANCELLED
    assert world.is_untouched_by(mine.id)
    assert await _asked_in_vain(world, workflow_ids.handoff_run(mine.id)) == []


async def test_a_deal_whose_own_run_was_terminated_goes_on_after_a_reset(world: World) -> None:
    mine = small_deal("lost-deal")
    handle = await world.win(mine)
    await world.reach(mine.id, "design")
    await _becomes(handle, state=ChargeState.ISSUED)
    await handle.terminate("by mistake")
    await reset(world.client, handle.id)

    await world.carry_to_cash(mine.id)
    assert (await handle.result()).stage is Stage.CLOSED
    assert len(world.invoices(mine.id)) == len(mine.milestones)


async def reset(client: Client, run: str) -> None:
    """Reset a run as `temporal workflow reset --type LastWorkflowTask` does."""
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
