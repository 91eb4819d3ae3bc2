"""A long deal continues in a new run, and its open bills report to that."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle, WorkflowQueryFailedError
from temporalio.testing import WorkflowEnvironment

from domain.attention import Action
from domain.billing_schedule import Transition
from domain.charge import ChargeState
from domain.contract import Policy
from domain.deal_snapshot import DealSnapshot, Outcome
from domain.event import MilestoneReached
from domain.ids import ChargeId, DealId, MilestoneKey
from domain.invoice import InvoiceStatus
from domain.money import Money
from domain.stage import Stage
from tests.actors import GRACE
from tests.deals import deal
from tests.postgres import audit_locked
from tests.temporal import continue_as_new_after, private_temporal
from tests.world import EVENT, World, open_world, until, until_awaited
from workflows import workflow_ids
from workflows.deal_to_cash import DealToCash
from workflows.milestone_billing import standing_on

LONG = 40  # events; Temporal's own limit is some thousands
EVERYTHING = Policy(approve_above=Money.of("1.00", "EUR"))


@pytest.fixture(scope="module")
async def impatient() -> AsyncIterator[WorkflowEnvironment]:
    """A Temporal that soon asks a run to continue as new; its runs are replayed at the end."""
    settings = continue_as_new_after(LONG) | {"history.defaultWorkflowTaskTimeout": '"1s"'}
    async with private_temporal(**settings) as environment:
        yield environment


@pytest.fixture(scope="module")
async def world(impatient: WorkflowEnvironment, database_url: str) -> AsyncIterator[World]:
    async with open_world(impatient, database_url) as opened:
        yield opened


async def _has_continued(world: World, deal: DealId) -> None:
    """Wait until the deal's first run has continued as new."""
    first = world.client.get_workflow_handle(
        workflow_ids.deal_run(deal), run_id=await _first_run(world, deal)
    )

    async def handed_over() -> bool:
        return (await first.describe()).status is WorkflowExecutionStatus.CONTINUED_AS_NEW

    await until_awaited(handed_over)


async def _first_run(world: World, deal: DealId) -> str | None:
    handle = world.client.get_workflow_handle(workflow_ids.deal_run(deal))
    history = await handle.fetch_history()
    return history.events[0].workflow_execution_started_event_attributes.first_execution_run_id


def _billing(deal: DealId, charge: str = "design") -> str:
    return workflow_ids.billing_run(workflow_ids.subject_of(deal, ChargeId(charge)))


async def _life(world: World, deal: DealId) -> DealSnapshot:
    """Return the snapshot with which the deal's present run began."""
    events = (
        await world.client.get_workflow_handle(workflow_ids.deal_run(deal)).fetch_history()
    ).events
    given = events[0].workflow_execution_started_event_attributes.input.payloads
    [life] = await world.client.data_converter.decode(given, [DealSnapshot])
    assert isinstance(life, DealSnapshot)
    return life


async def _is_adopted(world: World, deal: DealId) -> bool:
    bill = await world.client.get_workflow_handle(_billing(deal)).fetch_history()
    heard = [event.workflow_execution_signaled_event_attributes for event in bill.events]
    return "adopted" in {each.signal_name for each in heard}


async def _equals(look: Callable[[], Awaitable[object]], wanted: object) -> bool:
    try:
        return await look() == wanted
    except (IndexError, WorkflowQueryFailedError):
        return False  # it has no contract yet


async def _ends(world: World, deal: DealId) -> Outcome:
    run_id = workflow_ids.deal_run(deal)
    handle = world.client.get_workflow_handle(run_id, result_type=Outcome)
    outcome: Outcome = await handle.result()
    return outcome


async def test_bills_of_an_earlier_run_are_followed_to_cash(world: World) -> None:
    mine = deal("long")
    await world.win(mine)
    await world.reach(mine.id, "design")
    await until_awaited(lambda: world.is_issued(mine.id, "design"))
    await world.reach(mine.id, "go-live")
    await _has_continued(world, mine.id)
    await world.pay(mine.id, "design")
    await world.reach(mine.id, "hypercare")
    for charge in ("go-live", "hypercare"):
        await world.pay(mine.id, charge)

    assert (await _ends(world, mine.id)).stage is Stage.CLOSED
    written = world.written_back(mine.id)
    assert written
    assert (written.billed, written.outstanding) == (mine.value, Money.zero("EUR"))
    assert len(world.invoices(mine.id)) == len(mine.milestones)


async def test_a_draft_of_an_earlier_run_goes_when_the_deal_is_cancelled(world: World) -> None:
    mine = deal("long-draft")
    await world.win(mine, EVERYTHING)
    await world.reach(mine.id, "design")
    await world.reach(mine.id, "go-live")
    await _has_continued(world, mine.id)
    await until_awaited(lambda: world.has_draft(mine.id))
    await world.cancel(mine.id)

    assert (await _ends(world, mine.id)).stage is Stage.CANCELLED
    assert world.is_untouched_by(mine.id)


async def test_an_invoice_of_an_earlier_run_is_proposed_for_credit(world: World) -> None:
    mine = deal("long-issued")
    await world.win(mine)
    await world.reach(mine.id, "design")
    await world.reach(mine.id, "go-live")
    await _has_continued(world, mine.id)
    await until(lambda: world.issued(mine.id, "design") and world.issued(mine.id, "go-live"))
    await world.cancel(mine.id)
    await world.parked(workflow_ids.deal_run(mine.id))
    await world.decide(workflow_ids.deal_run(mine.id), Action.AMEND, choice="credit")

    await _ends(world, mine.id)
    written = world.written_back(mine.id)
    assert written
    assert (
        written.credited
        == written.billed
        == Money.total((i.net for i in world.invoices(mine.id)), "EUR")
    )
    assert not [i for i in world.invoices(mine.id) if i.status is InvoiceStatus.ISSUED]


async def test_a_bill_that_ended_between_two_runs_is_read_in_the_erp(world: World) -> None:
    mine = deal("long-unheard")
    handle = await world.win(mine)
    await world.reach(mine.id, "design")
    invoice = await until(lambda: world.issued(mine.id, "design"))
    await world.reach(mine.id, "go-live")
    await _has_continued(world, mine.id)
    life = await _life(world, mine.id)
    for run in (workflow_ids.deal_run(mine.id), _billing(mine.id)):
        await world.client.get_workflow_handle(run).terminate("nobody hears how it ends")
    world.systems.pay(invoice.id, invoice.outstanding)
    subject = workflow_ids.subject_of(mine.id, ChargeId("design"))
    known = Transition(
        charges=(ChargeId("design"),), standing=standing_on(invoice), bill=subject, invoice=invoice
    )
    schedule = life.schedule.apply(known, deal=mine.id, at=datetime.now(UTC))
    await world.client.start_workflow(
        DealToCash.run,
        life.model_copy(update={"schedule": schedule, "open_bills": (subject,)}),
        id=workflow_ids.deal_run(mine.id),
        task_queue=world.queue,
    )

    async def first() -> ChargeState:
        return (await handle.query(DealToCash.billing_schedule))[0].state

    await until_awaited(lambda: _equals(first, ChargeState.PAID))
    assert await until(lambda: (world.written_back(mine.id) or invoice).paid == invoice.gross)


async def test_a_payment_finds_a_bill_of_an_earlier_run_that_was_terminated(world: World) -> None:
    mine = deal("long-terminated")
    handle = await world.win(mine)
    await world.reach(mine.id, "design")
    await until(lambda: world.issued(mine.id, "design"))
    await world.reach(mine.id, "go-live")
    await _has_continued(world, mine.id)

    async def first() -> ChargeState:
        return (await handle.query(DealToCash.billing_schedule))[0].state

    await until_awaited(lambda: _equals(first, ChargeState.ISSUED))
    await until_awaited(lambda: _is_adopted(world, mine.id))
    await world.client.get_workflow_handle(_billing(mine.id)).terminate("by mistake")
    await world.pay(mine.id, "design")
    await until_awaited(lambda: _equals(first, ChargeState.PAID))
    await until(lambda: world.issued(mine.id, "go-live"))
    assert len(world.invoices(mine.id)) == len({"design", "go-live"})


async def test_approval_reaches_a_bill_of_an_earlier_run(world: World) -> None:
    mine = deal("long-approval")
    handle = await world.win(mine, EVERYTHING)
    for charge in ("design", "go-live"):
        await world.reach(mine.id, charge)
    await _has_continued(world, mine.id)
    await until_awaited(lambda: _is_adopted(world, mine.id))
    approved = await world.application.charges.approve(GRACE, mine.id, ChargeId("design"))
    assert approved == "approved by grace"

    async def first() -> ChargeState:
        return (await handle.query(DealToCash.billing_schedule))[0].state

    await until_awaited(lambda: _equals(first, ChargeState.ISSUED))
    assert world.issued(mine.id, "design")
    assert not world.issued(mine.id, "go-live"), "nobody approved this one"


async def test_a_new_run_learns_who_is_asked_by_a_bill_of_an_earlier_one(world: World) -> None:
    mine = deal("long-parked")
    handle = await world.win(mine)
    await until_awaited(lambda: world.has_project(mine.id))
    customers = {**world.systems.customers}
    world.systems.customers.clear()
    await world.reach(mine.id, "design")
    parked = await world.parked(_billing(mine.id))

    async def says_who_is_asked() -> bool:
        status = await handle.query(DealToCash.status)
        return status.needs_attention and parked.attention.what in status.waits_for

    await until_awaited(says_who_is_asked)
    world.systems.customers |= customers
    await world.reach(mine.id, "go-live")
    await _has_continued(world, mine.id)
    life = await _life(world, mine.id)
    # The bill spoke before this run began.
    await handle.terminate("another run goes on")
    await world.client.start_workflow(
        DealToCash.run,
        life.model_copy(
            update={"open_bills": (workflow_ids.subject_of(mine.id, ChargeId("design")),)}
        ),
        id=handle.id,
        task_queue=world.queue,
    )
    assert await until_awaited(says_who_is_asked)


async def test_a_command_is_answered_by_the_run_that_accepted_it(
    world: World, database_url: str
) -> None:
    mine = deal("long-unanswered")
    handle = await world.win(mine)
    await until_awaited(lambda: world.has_project(mine.id))
    first = world.client.get_workflow_handle(handle.id, run_id=(await handle.describe()).run_id)
    with audit_locked(database_url) as locked:
        holding = asyncio.create_task(
            world.application.charges.hold(GRACE, mine.id, ChargeId("design"), "it is disputed")
        )
        await until(locked.has_waiting_writer)
        for _ in range(LONG):
            await world.dispatcher.milestone_reached(
                MilestoneReached(deal=mine.id, milestone=MilestoneKey("design"), event=EVENT)
            )
        await until_awaited(lambda: _has_looked(first))
    assert await holding == "design is held: it is disputed"


async def _has_looked(run: WorkflowHandle[Any, Any]) -> bool:
    """Whether the run has acted on what it read of its milestones."""
    kinds = [event.event_type for event in (await run.fetch_history()).events]
    if EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED not in kinds:
        return False
    read = kinds.index(EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
    return EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED in kinds[read:]
