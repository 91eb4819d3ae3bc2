"""A cancelled deal leaves CRM, PM and ERP in agreement, at whatever stage it was."""

import asyncio

from temporalio.client import WorkflowExecutionStatus

from domain.attention import Action
from domain.contract import Policy
from domain.event import MilestoneReached
from domain.ids import EventId, MilestoneKey
from domain.invoice import InvoiceStatus
from domain.money import Money
from domain.project import WriteCharter
from domain.responsibility import Party
from domain.stage import Stage
from tests.deals import company, deal, small_deal
from tests.world import World, until, until_awaited
from workflows import workflow_ids

RUNNING = WorkflowExecutionStatus.RUNNING


async def test_before_the_project_nothing_is_left(world: World) -> None:
    mine = deal("early", scope="")
    handle = await world.win(mine)
    await world.parked(workflow_ids.handoff_run(mine.id))
    await world.cancel(mine.id)

    assert (await handle.result()).stage is Stage.CANCELLED
    assert world.is_untouched_by(mine.id)


async def test_after_the_project_everything_is_taken_back(world: World) -> None:
    mine = deal("planned")
    handle = await world.win(mine)
    await until_awaited(lambda: world.has_project(mine.id))
    await world.cancel(mine.id)

    assert (await handle.result()).stage is Stage.CANCELLED
    assert world.is_untouched_by(mine.id)
    written = world.written_back(mine.id)
    assert written
    assert (written.stage, written.project, written.billed) == (
        Stage.CANCELLED,
        "",
        Money.zero("EUR"),
    )


async def test_after_a_draft_the_draft_goes_too(world: World) -> None:
    mine = deal("drafted")
    handle = await world.win(mine, Policy(approve_above=Money.of("1.00", "EUR")))
    await world.reach(mine.id, "design")
    await until_awaited(lambda: world.has_draft(mine.id))
    await world.cancel(mine.id)

    assert (await handle.result()).stage is Stage.CANCELLED
    assert world.is_untouched_by(mine.id)
    assert not [i for i in world.invoices(mine.id) if i.status is not InvoiceStatus.GONE]


async def test_after_an_invoice_a_credit_is_proposed_and_the_project_is_closed(
    world: World,
) -> None:
    mine = deal("issued")
    handle = await world.win(mine)
    await world.reach(mine.id, "design")
    await until_awaited(lambda: world.is_issued(mine.id, "design"))
    await world.cancel(mine.id)
    filed = await world.parked(workflow_ids.deal_run(mine.id))
    assert (filed.attention.kind, filed.attention.responsible) == ("credit", (Party.FINANCE,))

    await world.decide(workflow_ids.deal_run(mine.id), Action.AMEND, choice="credit")
    assert (await handle.result()).stage is Stage.CANCELLED
    [project] = [p for p in world.systems.projects.values() if p.opening.deal == mine.id]
    charter = project.parts["charter"]
    assert isinstance(charter, WriteCharter)
    assert charter.is_closed
    [invoice] = world.invoices(mine.id)
    written = world.written_back(mine.id)
    assert written
    assert (invoice.credited, invoice.outstanding) == (invoice.gross, Money.zero("EUR"))
    assert (written.billed, written.credited) == (invoice.net, invoice.net)
    assert written.outstanding == Money.zero("EUR")


async def test_without_a_credit_the_invoice_stands(world: World) -> None:
    mine = deal("stands")
    handle = await world.win(mine)
    await world.reach(mine.id, "design")
    await until_awaited(lambda: world.is_issued(mine.id, "design"))
    await world.cancel(mine.id)
    await world.parked(workflow_ids.deal_run(mine.id))
    await world.decide(workflow_ids.deal_run(mine.id), Action.SKIP)

    await handle.result()
    [invoice] = world.invoices(mine.id)
    written = world.written_back(mine.id)
    assert written
    assert (written.billed, written.outstanding) == (invoice.net, invoice.gross)


async def test_a_customer_that_another_deal_uses_is_kept(world: World) -> None:
    first, second = deal("shares-1"), deal("shares-2", account=company("shares-1"))
    handle = await world.win(first)
    await world.win(second)
    await until_awaited(lambda: world.has_project(first.id))
    await until_awaited(lambda: world.has_project(second.id))
    live = world.live_customers()
    await world.cancel(first.id)

    await handle.result()
    assert world.live_customers() == live


async def test_cancelling_the_run_in_temporal_takes_back_too(world: World) -> None:
    mine = deal("temporal")
    handle = await world.win(mine)
    await until_awaited(lambda: world.has_project(mine.id))
    await handle.cancel()

    assert (await handle.result()).stage is Stage.CANCELLED
    assert world.is_untouched_by(mine.id)


async def test_giving_up_a_step_of_the_deal_itself_winds_it_up(world: World) -> None:
    mine = deal("given-up-late")
    handle = await world.win(mine)
    project = await until(lambda: world.planned_project(mine.id))
    there = world.systems.projects.pop(project)
    await world.dispatcher.milestone_reached(
        MilestoneReached(deal=mine.id, milestone=MilestoneKey("design"), event=EventId("hidden"))
    )
    filed = await world.parked(workflow_ids.deal_run(mine.id))
    assert filed.attention.kind == "Absent"
    world.systems.projects[project] = there

    await world.decide(workflow_ids.deal_run(mine.id), Action.ABORT, reason="no longer wanted")
    outcome = await handle.result()
    assert outcome.stage is Stage.CANCELLED
    assert "no longer wanted" in outcome.reason
    assert world.is_untouched_by(mine.id)


async def test_whenever_the_cancel_comes_no_issued_invoice_is_forgotten(world: World) -> None:
    waits = (0.0, 0.02, 0.04, 0.06, 0.09, 0.13, 0.18, 0.25)
    await asyncio.gather(*(_cancel_after(world, wait) for wait in waits))


async def _cancel_after(world: World, wait: float) -> None:
    mine = small_deal(f"race-{wait}")
    handle = await world.win(mine)
    await world.reach(mine.id, "design")
    await asyncio.sleep(wait)
    await world.cancel(mine.id)

    async def rests() -> bool:
        proposed = [
            f
            for f in await world.store.attention_queue.list_of_run(workflow_ids.deal_run(mine.id))
            if not f.decision
        ]
        return bool(proposed) or (await handle.describe()).status is not RUNNING

    assert await until_awaited(rests)
    has_ended = (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED
    assert has_ended == world.is_untouched_by(mine.id)
