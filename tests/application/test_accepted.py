"""An accepted command is in the audit trail: who asked for it, why, and its outcome."""

from application.commands.deals import EventName
from domain.actor import Verification
from domain.attention import Action
from domain.charge import ChargeState
from domain.command import CommandName
from domain.contract import Policy
from domain.ids import ChargeId, DealId, MilestoneKey
from domain.money import Money
from domain.stage import Stage
from ports.audit_trail import AuditEntry
from tests.actors import GRACE
from tests.application.trail import entry_of
from tests.deals import deal
from tests.world import World, until, until_awaited
from workflows import workflow_ids
from workflows.deal_to_cash import DealToCash

DESIGN = ChargeId("design")


def says(entry: AuditEntry, reason: str) -> bool:
    """Whether grace is on record for it, unverified, and for this reason."""
    who = (entry.actor, entry.actor_name, entry.verified_by)
    assert who == (GRACE.subject, "grace", Verification.UNVERIFIED)
    return (entry.outcome, entry.reason) == ("accepted", reason)


async def issued(world: World, name: str) -> DealId:
    """Run a deal until its first milestone is invoiced."""
    mine = deal(name)
    await world.win(mine)
    await world.reach(mine.id, "design")
    await becomes(world, mine.id, ChargeState.ISSUED)
    return mine.id


async def becomes(world: World, deal: DealId, state: ChargeState) -> None:
    """Wait until the deal knows that its first charge is in this state."""

    async def is_there() -> bool:
        return (await world.application.queries.schedule(deal))[0].state is state

    assert await until_awaited(is_there)


async def test_a_start(world: World) -> None:
    mine = deal("start")
    world.systems.add(mine)
    world.systems.win(mine.id)
    assert "being carried" in await world.application.deals.start(GRACE, mine.id)
    assert says(await entry_of(world, mine.id, CommandName.START), "")
    assert await until_awaited(lambda: world.has_project(mine.id))


async def test_a_signal(world: World) -> None:
    mine = deal("signal")
    await world.win(mine)
    project = await until(lambda: world.planned_project(mine.id))
    world.systems.reach(project, MilestoneKey(DESIGN))
    await world.application.deals.signal(GRACE, mine.id, EventName.MILESTONE_REACHED, "design")
    assert says(await entry_of(world, mine.id, CommandName.SIGNAL), "milestone-reached")
    assert await until(lambda: world.issued(mine.id, "design"))


async def test_a_hold_and_its_release(world: World) -> None:
    mine = deal("hold")
    handle = await world.win(mine)
    await until_awaited(lambda: world.has_project(mine.id))
    await world.application.charges.hold(GRACE, mine.id, DESIGN, "it is disputed")
    held = await entry_of(world, mine.id, CommandName.HOLD)
    assert says(held, "it is disputed")
    assert (held.what["charge"], held.workflow) == ("design", handle.id)

    await world.application.charges.release(GRACE, mine.id, DESIGN, "it is settled")
    assert says(await entry_of(world, mine.id, CommandName.RELEASE), "it is settled")


async def test_an_approval_by_the_billing_run(world: World) -> None:
    mine = deal("approve")
    await world.win(mine, Policy(approve_above=Money.of("1.00", "EUR")))
    await world.reach(mine.id, "design")
    await until_awaited(lambda: world.has_draft(mine.id))
    await world.application.charges.approve(GRACE, mine.id, DESIGN, "the budget allows it")
    approved = await entry_of(world, mine.id, CommandName.APPROVE)
    assert says(approved, "the budget allows it")
    assert approved.workflow == workflow_ids.billing_run(workflow_ids.subject_of(mine.id, DESIGN))


async def test_a_cancellation_and_the_contract_that_it_closes(world: World) -> None:
    mine = deal("cancel")
    handle = await world.win(mine)
    await until_awaited(lambda: world.has_project(mine.id))
    await world.application.deals.cancel(GRACE, mine.id, "lost after all")
    assert (await handle.result()).stage is Stage.CANCELLED
    assert says(await entry_of(world, mine.id, CommandName.CANCEL), "lost after all")
    trail = await world.application.queries.audit_trail(mine.id)
    [closed] = [e for e in trail if e.entity == "contract" and "ended_at" in e.what]
    assert (closed.actor, closed.reason) == (GRACE.subject, "lost after all")


async def test_a_decision_with_the_attention_that_it_resolves(world: World) -> None:
    mine = deal("decide", scope="")
    await world.win(mine)
    run = workflow_ids.handoff_run(mine.id)
    await world.parked(run)
    await world.decide(run, Action.ABORT, reason="the customer is gone")
    decided = await entry_of(world, mine.id, CommandName.DECIDE)
    assert says(decided, "the customer is gone")
    assert (decided.entity, decided.to_state, decided.workflow) == ("attention", "settled", run)


async def test_a_credit_reverses_the_whole_invoice(world: World) -> None:
    mine = await issued(world, "credit")
    await world.application.charges.credit(GRACE, mine, DESIGN, "the work was redone")
    assert says(await entry_of(world, mine, CommandName.CREDIT), "the work was redone")
    await world.drop(mine, DESIGN)
    await becomes(world, mine, ChargeState.CREDITED)
    [invoice] = world.invoices(mine)
    assert (invoice.credited, invoice.outstanding) == (invoice.gross, Money.zero("EUR"))
    trail = await world.application.queries.audit_trail(mine)
    assert [e.actor for e in trail if e.entity == "credit"] == [GRACE.subject]

    async def crm_knows() -> bool:
        written = world.written_back(mine)
        return bool(written and written.credited == invoice.net)

    assert await until_awaited(crm_knows)


async def test_a_credit_of_what_is_paid_meanwhile_waits_for_finance(world: World) -> None:
    mine = await issued(world, "crossed")
    invoice = world.issued(mine, "design")
    assert invoice
    world.systems.pay(invoice.id, Money.of("1000.00", "EUR"))
    await world.application.charges.credit(GRACE, mine, DESIGN, "the work was redone")
    run = workflow_ids.billing_run(workflow_ids.subject_of(mine, DESIGN))
    assert "is not credited" in (await world.parked(run)).attention.what
    await world.decide(run, Action.SKIP, reason="credited in the ERP")
    [invoice] = world.invoices(mine)
    assert not invoice.credited


async def test_what_nobody_asked_for_is_ascribed_to_cashward(world: World) -> None:
    mine = await issued(world, "alone")
    trail = await world.application.queries.audit_trail(mine)
    assert {(e.actor, e.verified_by, e.command) for e in trail} == {("cashward", "cashward", "")}


async def test_a_deal_answers_its_queries_after_its_end(world: World) -> None:
    mine = deal("ended")
    handle = await world.win(mine)
    await world.carry_to_cash(mine.id)
    await handle.result()
    report = await world.application.queries.show(mine.id)
    assert report.status.stage is Stage.CLOSED
    assert {status.state for status in report.charges} == {ChargeState.PAID}
    assert (await handle.query(DealToCash.status)) == report.status
