"""Commands that cross what people do elsewhere, or what the run is just doing."""

import asyncio
from contextlib import suppress

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle

from connectors.memory import Fault
from domain.attention import Action
from domain.charge import ChargeState
from domain.deal_snapshot import Outcome
from domain.event import MilestoneReached
from domain.ids import ChargeId, DealId, MilestoneKey
from domain.money import Money
from domain.refusal import Refusal
from domain.stage import Stage
from tests.actors import GRACE
from tests.deals import deal, small_deal
from tests.world import EVENT, World, until, until_awaited
from workflows import workflow_ids
from workflows.deal_to_cash import DealToCash

DESIGN = ChargeId("design")
NOTHING = Money.zero("EUR")


async def issued(world: World, mine: DealId) -> None:
    """The deal knows that its first milestone is invoiced."""
    await world.reach(mine, "design")
    await becomes(world, mine, ChargeState.ISSUED)


async def becomes(world: World, mine: DealId, state: ChargeState) -> None:
    async def is_there() -> bool:
        return (await world.application.queries.schedule(mine))[0].state is state

    assert await until_awaited(is_there)


async def test_the_erps_news_of_our_own_credit_need_nobody(world: World) -> None:
    mine = deal("credit-echo")
    await world.win(mine)
    await issued(world, mine.id)
    await world.application.charges.credit(GRACE, mine.id, DESIGN, "the work was redone")
    await world.drop(mine.id, DESIGN)
    await becomes(world, mine.id, ChargeState.CREDITED)
    seen = await reads(world, mine.id)
    await world.ring_invoice(mine.id, "design")

    async def has_looked() -> bool:
        return await reads(world, mine.id) > seen

    assert await until_awaited(has_looked)
    run = workflow_ids.billing_run(workflow_ids.subject_of(mine.id, DESIGN))
    asked = await world.store.attention_queue.list_of_run(run)
    assert [each.decision is None for each in asked] == [False]


async def reads(world: World, mine: DealId) -> int:
    """How often the deal's own run read an invoice to the end."""
    run = world.client.get_workflow_handle(workflow_ids.deal_run(mine))
    events = (await run.fetch_history()).events
    asked = {
        event.event_id
        for event in events
        if event.activity_task_scheduled_event_attributes.activity_type.name == "erp.read_invoice"
    }
    done = (event.activity_task_completed_event_attributes.scheduled_event_id for event in events)
    return len(asked.intersection(done))


async def test_a_payment_during_a_credit_proposal_reaches_the_crm(world: World) -> None:
    mine = small_deal("paid-while-proposed")
    handle = await world.win(mine)
    await issued(world, mine.id)
    await world.cancel(mine.id)
    run = workflow_ids.deal_run(mine.id)
    await world.parked(run)
    await world.pay(mine.id, "design")
    await world.decide(run, Action.SKIP, reason="it is paid")
    await handle.result()
    [invoice] = world.invoices(mine.id)
    written = world.written_back(mine.id)
    assert written
    assert (written.paid, written.outstanding) == (invoice.gross, NOTHING)


async def test_a_credit_that_crosses_the_cancel_is_known_at_the_end(world: World) -> None:
    waits = (0.0, 0.01, 0.02, 0.03, 0.05, 0.08)
    await asyncio.gather(*(_credit_then_cancel(world, wait) for wait in waits))


async def _credit_then_cancel(world: World, wait: float) -> None:
    mine = small_deal(f"credit-cancel-{wait}")
    handle = await world.win(mine)
    await issued(world, mine.id)
    asking = asyncio.create_task(
        world.application.charges.credit(GRACE, mine.id, DESIGN, "the work was redone")
    )
    await asyncio.sleep(wait)
    with suppress(Refusal):  # it is credited, and the deal has ended
        await world.cancel(mine.id)
    with suppress(Refusal):  # the deal was cancelled first
        await asking
    run = workflow_ids.deal_run(mine.id)

    async def rests() -> bool:
        filed = await world.store.attention_queue.list_of_run(run)
        return any(not f.decision for f in filed) or await has_ended(handle)

    assert await until_awaited(rests)
    if not await has_ended(handle):
        await world.decide(run, Action.SKIP, reason="let it stand")
    await handle.result()
    [invoice] = world.invoices(mine.id)

    async def crm_knows() -> bool:
        written = world.written_back(mine.id)
        return bool(written and written.outstanding == invoice.outstanding)

    assert await until_awaited(crm_knows)


async def has_ended(handle: WorkflowHandle[DealToCash, Outcome]) -> bool:
    return (await handle.describe()).status is not WorkflowExecutionStatus.RUNNING


async def test_a_credit_asked_for_while_the_payment_is_being_read_waits_for_finance(
    world: World,
) -> None:
    mine = small_deal("credit-paid")
    await world.win(mine)
    await issued(world, mine.id)
    invoice = world.issued(mine.id, "design")
    assert invoice
    world.systems.fail(Fault.DOWN)  # the payment is read half a second later
    await world.pay(mine.id, "design")
    await until(lambda: not world.systems.faults)
    await world.application.charges.credit(GRACE, mine.id, DESIGN, "the work was redone")
    run = workflow_ids.billing_run(workflow_ids.subject_of(mine.id, DESIGN))
    assert "is not credited" in (await world.parked(run)).attention.what


async def test_what_finance_voided_meanwhile_is_not_credited(world: World) -> None:
    mine = small_deal("credit-void")
    handle = await world.win(mine)
    await issued(world, mine.id)
    invoice = world.issued(mine.id, "design")
    assert invoice
    world.systems.void(invoice.id)
    await world.application.charges.credit(GRACE, mine.id, DESIGN, "the work was redone")
    await world.drop(mine.id, DESIGN)
    assert (await handle.result()).stage is Stage.CLOSED
    assert not [note for note in world.systems.credits.values() if note.deal == mine.id]


async def test_who_gives_a_deal_up_ends_its_contract_and_nobody_cancels_it_again(
    world: World,
) -> None:
    mine = deal("given-up")
    handle = await world.win(mine)
    await issued(world, mine.id)
    project = world.planned_project(mine.id)
    there = world.systems.projects.pop(project)
    hidden = MilestoneReached(deal=mine.id, milestone=MilestoneKey("go-live"), event=EVENT)
    await world.dispatcher.milestone_reached(hidden)
    run = workflow_ids.deal_run(mine.id)
    assert (await world.parked(run)).attention.kind == "Absent"
    world.systems.projects[project] = there
    await world.decide(run, Action.ABORT, reason="no longer wanted")
    assert (await world.parked(run)).attention.kind == "credit"
    with pytest.raises(Refusal, match="already cancelling"):
        await world.application.deals.cancel(GRACE, mine.id, "lost after all")
    await world.decide(run, Action.SKIP)
    await handle.result()
    trail = await world.application.queries.audit_trail(mine.id)
    [closed] = [e for e in trail if e.entity == "contract" and "ended_at" in e.what]
    assert closed.actor == GRACE.subject
