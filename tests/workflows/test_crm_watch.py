"""What sales change of a won deal holds what it touches, until somebody decides."""

import pytest
from temporalio.client import WorkflowHandle

from domain.attention import Action
from domain.charge import ChargeState
from domain.contract import Policy
from domain.deal_snapshot import Outcome
from domain.ids import ChargeId, DealId, OwnerId
from domain.money import Money
from domain.payment_terms import PaymentTerms
from domain.refusal import Refusal
from domain.responsibility import Party
from domain.stage import Stage
from tests.actors import GRACE
from tests.deals import deal, small_deal
from tests.world import World, until, until_awaited
from workflows import workflow_ids
from workflows.deal_to_cash import DealToCash

DESIGN = ChargeId("design")
ALL = ("design", "go-live", "hypercare")
APPROVED = Policy(approve_above=Money.of("1.00", "EUR"))
Run = WorkflowHandle[DealToCash, Outcome]


async def states(run: Run) -> list[ChargeState]:
    return [status.state for status in await run.query(DealToCash.billing_schedule)]


async def become(run: Run, *wanted: ChargeState) -> None:
    async def are_so() -> bool:
        return await states(run) == list(wanted)

    await until_awaited(are_so)


async def answered(world: World, watch: str) -> None:
    """Wait until nobody is asked any more."""

    async def none_is_open() -> bool:
        found = await world.store.attention_queue.list_of_run(watch)
        return all(each.decision for each in found)

    await until_awaited(none_is_open)


async def carried(world: World, name: str, **changes: object) -> tuple[Run, DealId, str]:
    """Win a deal, and wait until its project is there."""
    mine = deal(name, **changes)
    run = await world.win(mine)
    await until_awaited(lambda: world.has_project(mine.id))
    return run, mine.id, workflow_ids.crm_watch(mine.id)


async def test_row_1_a_changed_deal_is_shown_and_holds_what_it_touches(world: World) -> None:
    run, mine, watch = await carried(world, "row-1")
    await world.change(mine, payment_terms=PaymentTerms(days=60), owner=OwnerId("owner-2"))
    attention = (await world.parked(watch)).attention
    assert attention.responsible == (Party.DEAL_OWNER, Party.FINANCE)
    assert "payment terms: agreed 30 days, now 60 days" in attention.why
    assert "owner: agreed owner-1, now owner-2" in attention.why
    await world.reach(mine, *ALL)
    await become(run, *[ChargeState.HELD] * 3)
    assert world.invoices(mine) == []
    held = await run.query(DealToCash.blockers)
    assert {each.reason for each in held} == {"payment terms: agreed 30 days, now 60 days"}

    await world.decide(watch, Action.AMEND, choice="keep")
    for charge in ALL:
        await world.pay(mine, charge)
    assert (await run.result()).stage is Stage.CLOSED


async def test_row_1_a_changed_milestone_holds_only_itself(world: World) -> None:
    run, mine, watch = await carried(world, "row-1-plan")
    first, *others = world.systems.deals[mine].milestones
    later = first.model_copy(update={"due": None})
    await world.change(mine, milestones=(later, *others))
    assert "on acceptance" in (await world.parked(watch)).attention.why
    await world.reach(mine, *ALL)
    await until(lambda: world.issued(mine, "hypercare"))
    await become(run, ChargeState.HELD, ChargeState.ISSUED, ChargeState.ISSUED)


async def test_row_1_what_is_changed_back_settles_itself(world: World) -> None:
    run, mine, watch = await carried(world, "row-1-back")
    await world.change(mine, payment_terms=PaymentTerms(days=60))
    await world.parked(watch)
    await world.reach(mine, "design")
    await become(run, ChargeState.HELD, ChargeState.PLANNED, ChargeState.PLANNED)
    await world.change(mine, payment_terms=PaymentTerms(days=30))
    await until(lambda: world.issued(mine, "design"))
    await answered(world, watch)


async def test_row_1_a_kept_contract_is_not_asked_about_again(world: World) -> None:
    run, mine, watch = await carried(world, "row-1-kept")
    await world.change(mine, payment_terms=PaymentTerms(days=60))
    await world.parked(watch)
    await world.decide(watch, Action.AMEND, choice="keep")
    await answered(world, watch)
    await world.change(mine, name="Another name")
    await world.change(mine, scope="Even more of it")
    attention = (await world.parked(watch)).attention
    assert "scope" in attention.why
    assert "payment terms" not in attention.why
    await world.reach(mine, "design")
    await until(lambda: world.issued(mine, "design"))
    assert ChargeState.HELD not in await states(run)


async def test_row_1_a_draft_that_waits_for_approval_is_held_too(world: World) -> None:
    mine = small_deal("row-1-draft")
    await world.win(mine, APPROVED)
    watch = workflow_ids.crm_watch(mine.id)
    await world.reach(mine.id, "design")
    await until_awaited(lambda: world.has_draft(mine.id))
    await world.change(mine.id, payment_terms=PaymentTerms(days=60))
    await world.parked(watch)
    await world.application.charges.approve(GRACE, mine.id, DESIGN)
    assert world.issued(mine.id, "design") is None
    await world.decide(watch, Action.AMEND, choice="keep")
    await until(lambda: world.issued(mine.id, "design"))


async def test_row_1_a_persons_hold_stays_when_the_question_is_settled(world: World) -> None:
    run, mine, watch = await carried(world, "row-1-held")
    await world.application.charges.hold(GRACE, mine, DESIGN, "it is disputed")
    await world.change(mine, payment_terms=PaymentTerms(days=60))
    await world.parked(watch)
    await world.reach(mine, *ALL)
    await become(run, *[ChargeState.HELD] * 3)
    await world.decide(watch, Action.AMEND, choice="keep")
    await until(lambda: world.issued(mine, "hypercare"))
    await become(run, ChargeState.HELD, ChargeState.ISSUED, ChargeState.ISSUED)


async def test_row_1_a_questioned_charge_cannot_be_released_past_the_question(
    world: World,
) -> None:
    run, mine, watch = await carried(world, "row-1-release")
    await world.change(mine, payment_terms=PaymentTerms(days=60))
    await world.parked(watch)
    await world.reach(mine, "design")
    await become(run, ChargeState.HELD, ChargeState.PLANNED, ChargeState.PLANNED)
    with pytest.raises(Refusal, match="until somebody decides"):
        await world.application.charges.release(GRACE, mine, DESIGN, "let it go")


async def test_row_2_a_deal_set_to_lost_holds_all_billing_and_goes_on_by_decision(
    world: World,
) -> None:
    run, mine, watch = await carried(world, "row-2")
    await world.reach(mine, "design")
    await until(lambda: world.issued(mine, "design"))
    await world.change(mine, is_won=False)
    attention = (await world.parked(watch)).attention
    assert attention.choices == ("cancel", "keep")
    assert "not won any more" in attention.what
    await world.reach(mine, "go-live", "hypercare")
    await become(run, ChargeState.ISSUED, ChargeState.HELD, ChargeState.HELD)
    await world.decide(watch, Action.AMEND, choice="keep")
    for charge in ALL:
        await world.pay(mine, charge)
    assert (await run.result()).stage is Stage.CLOSED


async def test_row_2_a_deal_set_to_lost_is_cancelled_by_decision(world: World) -> None:
    run, mine, watch = await carried(world, "row-2-cancel")
    await world.change(mine, is_won=False)
    await world.parked(watch)
    await world.decide(watch, Action.AMEND, choice="cancel", reason="the customer withdrew")
    outcome = await run.result()
    assert (outcome.stage, outcome.reason) == (Stage.CANCELLED, "grace: the customer withdrew")
    assert world.is_untouched_by(mine)


async def test_row_2_a_deal_that_is_won_again_goes_on_by_itself(world: World) -> None:
    _, mine, watch = await carried(world, "row-2-again")
    await world.change(mine, is_won=False)
    await world.parked(watch)
    await world.change(mine, is_won=True)
    await answered(world, watch)
    await world.reach(mine, "design")
    await until(lambda: world.issued(mine, "design"))


async def test_a_terminated_watch_is_begun_again(world: World) -> None:
    run, mine, watch = await carried(world, "watch-terminated")
    await world.change(mine, payment_terms=PaymentTerms(days=60))
    first = (await world.parked(watch)).attention
    await world.client.get_workflow_handle(watch).terminate("by mistake")

    async def asked_again() -> bool:
        found = await world.store.attention_queue.list_of_run(watch)
        open_ = [each.attention for each in found if each.decision is None]
        return bool(open_) and open_[0].since > first.since

    await until_awaited(asked_again)
    await world.decide(watch, Action.AMEND, choice="keep")
    await world.reach(mine, *ALL)
    await become(run, *[ChargeState.ISSUED] * 3)


async def test_a_question_ends_with_the_deal(world: World) -> None:
    run, mine, watch = await carried(world, "watch-over")
    await world.change(mine, payment_terms=PaymentTerms(days=60))
    await world.parked(watch)
    await world.cancel(mine)
    assert (await run.result()).stage is Stage.CANCELLED
    await answered(world, watch)
