"""A whole deal, run against systems in memory."""

from datetime import timedelta

import pytest

from domain.attention import Action
from domain.charge import ChargeState
from domain.contract import Policy
from domain.ids import ChargeId
from domain.money import Money
from domain.project import PlanWork, WriteCharter
from domain.refusal import Refusal
from domain.responsibility import Party
from domain.stage import Stage
from tests.actors import GRACE
from tests.deals import deal
from tests.world import World, until, until_awaited
from workflows import workflow_ids
from workflows.deal_to_cash import DealToCash

ALL = ("design", "go-live", "hypercare")
DESIGN = ChargeId("design")


async def test_a_won_deal_is_carried_to_cash(world: World) -> None:
    mine = deal("cash")
    handle = await world.win(mine)

    await world.reach(mine.id, *ALL)
    for charge in ALL:
        await world.pay(mine.id, charge)
    outcome = await handle.result()

    assert outcome.stage is Stage.CLOSED
    written = world.written_back(mine.id)
    assert written
    assert (written.stage, written.contracted, written.billed) == (
        Stage.CLOSED,
        mine.value,
        mine.value,
    )
    assert written.paid == Money.total((i.gross for i in world.invoices(mine.id)), "EUR")
    assert written.outstanding == Money.zero("EUR")
    assert len(world.invoices(mine.id)) == len(ALL)


async def test_what_is_reached_together_is_billed_side_by_side(world: World) -> None:
    mine = deal("together")
    handle = await world.win(mine)
    await world.reach(mine.id, *ALL)
    for charge in ALL:
        await world.pay(mine.id, charge)
    await handle.result()
    events = (await handle.fetch_history()).events
    started = [e.start_child_workflow_execution_initiated_event_attributes for e in events]
    bills = [each for each in started if each.workflow_id.startswith("billing:")]
    assert len(bills) == len(ALL)
    assert len({bill.workflow_task_completed_event_id for bill in bills}) == 1


async def test_the_project_carries_scope_budget_team_and_sla(world: World) -> None:
    mine = deal("project")
    await world.win(mine)
    await world.reach(mine.id, "design")

    [project] = [p for p in world.systems.projects.values() if p.opening.deal == mine.id]
    charter, work = project.parts["charter"], project.parts["work"]
    assert isinstance(charter, WriteCharter)
    assert isinstance(work, PlanWork)
    assert charter.scope == mine.scope
    assert {line.cost_type for line in charter.budget} == {line.cost_type for line in mine.lines}
    assert charter.sla == mine.sla
    assert len(work.packages) == 3 * len(ALL)


async def test_a_signal_is_a_hint_and_only_the_pm_says_what_is_reached(world: World) -> None:
    mine = deal("hint")
    handle = await world.win(mine)
    await world.reach(mine.id, "go-live")

    async def schedule() -> object:
        charges = await handle.query(DealToCash.billing_schedule)
        return charges if charges and charges[1].state is ChargeState.ISSUED else None

    charges = await until_awaited(schedule)
    assert [s.state for s in charges] == [
        ChargeState.PLANNED,
        ChargeState.ISSUED,
        ChargeState.PLANNED,
    ]


async def test_finance_sees_why_a_charge_is_not_invoiced_and_who_must_act(world: World) -> None:
    mine = deal("blockers")
    handle = await world.win(mine)
    await world.reach(mine.id, "design")

    async def two_left() -> object:
        found = await handle.query(DealToCash.blockers)
        return found if [b.charge for b in found] == ["go-live", "hypercare"] else None

    blockers = await until_awaited(two_left)
    assert {(b.reason, b.responsible) for b in blockers} == {
        ("its milestone is not reached", "delivery manager")
    }


async def test_a_partial_payment_shows_in_the_cash_position(world: World) -> None:
    mine = deal("partial")
    handle = await world.win(mine)
    await world.reach(mine.id, "design")
    await world.pay(mine.id, "design", Money.of("1000.00", "EUR"))

    async def paid() -> bool:
        position = await handle.query(DealToCash.cash_position)
        return position.paid == Money.of("1000.00", "EUR")

    assert await until_awaited(paid)
    position = await handle.query(DealToCash.cash_position)
    assert position.outstanding == position.billed + position.tax - position.paid


async def test_what_is_due_and_not_paid_is_overdue(world: World) -> None:
    mine = deal("overdue")
    handle = await world.win(mine)
    await world.reach(mine.id, "design")
    invoice = await until(lambda: world.issued(mine.id, "design"))
    assert invoice.due_on == invoice.issued_on + timedelta(days=30)
    long_ago = {"due_on": invoice.issued_on - timedelta(days=1)}
    world.systems.keep(invoice.model_copy(update=long_ago))
    await world.pay(mine.id, "design", Money.of("1000.00", "EUR"))

    async def part_of_it_is() -> bool:
        position = await handle.query(DealToCash.cash_position)
        return bool(position.overdue == invoice.gross - Money.of("1000.00", "EUR"))

    assert await until_awaited(part_of_it_is)


async def test_a_held_charge_is_not_billed_until_it_is_released(world: World) -> None:
    mine = deal("held")
    handle = await world.win(mine)
    await until_awaited(lambda: world.has_project(mine.id))
    await world.application.charges.hold(GRACE, mine.id, DESIGN, "the acceptance is disputed")
    await world.reach(mine.id, "design")

    async def held() -> bool:
        return (await handle.query(DealToCash.blockers))[0].state is ChargeState.HELD

    assert await until_awaited(held)
    assert not world.invoices(mine.id)
    await world.application.charges.release(GRACE, mine.id, DESIGN)
    assert await until_awaited(lambda: world.is_issued(mine.id, "design"))


async def test_a_draft_that_somebody_changed_is_not_issued_until_it_reads_as_asked(
    world: World,
) -> None:
    mine = deal("otherwise")
    await world.win(mine, Policy(approve_above=Money.of("1.00", "EUR")))
    await world.reach(mine.id, "design")
    await until_awaited(lambda: world.has_draft(mine.id))
    (draft,) = world.invoices(mine.id)
    cent = Money.of("0.01", "EUR")
    world.systems.keep(draft.model_copy(update={"net": draft.net + cent}))
    await world.application.charges.approve(GRACE, mine.id, DESIGN)
    run = workflow_ids.billing_run(workflow_ids.subject_of(mine.id, DESIGN))
    parked = await world.parked(run)
    assert parked.attention.responsible == (Party.FINANCE,)
    assert f"expected {draft.net} + " in parked.attention.why
    assert world.issued(mine.id, "design") is None
    world.systems.keep(draft)
    await world.decide(run, Action.RETRY)
    assert await until_awaited(lambda: world.is_issued(mine.id, "design"))


async def test_a_large_invoice_waits_for_approval(world: World) -> None:
    mine = deal("approval")
    handle = await world.win(mine, Policy(approve_above=Money.of("1.00", "EUR")))
    await world.reach(mine.id, "design")
    await until_awaited(lambda: world.has_draft(mine.id))

    async def waits_for_approval() -> bool:
        status = await handle.query(DealToCash.status)
        return status.waits_for == "finance: Design is held: its amount needs approval"

    assert await until_awaited(waits_for_approval)
    assert await world.application.charges.approve(GRACE, mine.id, DESIGN) == "approved by grace"
    assert await until_awaited(lambda: world.is_issued(mine.id, "design"))
    with pytest.raises(Refusal, match="nothing waits for approval"):
        await world.application.charges.approve(GRACE, mine.id, DESIGN)
