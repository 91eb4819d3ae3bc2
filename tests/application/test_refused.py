"""A refused command says why, and is in the audit trail as refused."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.service import RPCError

from application.application import Application
from application.commands.deals import EventName
from domain.attention import Action
from domain.charge import ChargeState
from domain.command import CommandName
from domain.ids import ChargeId, DealId
from domain.money import Money
from domain.refusal import Refusal
from tests.actors import GRACE
from tests.application.trail import entries_of, entry_of
from tests.deals import deal
from tests.world import World, until, until_awaited
from workflows import workflow_ids

DESIGN = ChargeId("design")
Ask = Callable[[Application, DealId], Awaitable[str]]


@dataclass(frozen=True)
class Case:
    """A command about a deal without a run, and its answer."""

    command: CommandName
    ask: Ask
    answer: str


NOT_CARRIED = [
    Case(
        CommandName.START, lambda app, deal: app.deals.start(GRACE, deal), "memory has no such deal"
    ),
    Case(
        CommandName.SIGNAL,
        lambda app, deal: app.deals.signal(GRACE, deal, EventName.MILESTONE_REACHED, "design"),
        "it has ended, or is not carried",
    ),
    Case(CommandName.CANCEL, lambda app, deal: app.deals.cancel(GRACE, deal, "lost"), "deal list"),
    Case(
        CommandName.HOLD,
        lambda app, deal: app.charges.hold(GRACE, deal, DESIGN, "why"),
        "deal list",
    ),
    Case(
        CommandName.RELEASE, lambda app, deal: app.charges.release(GRACE, deal, DESIGN), "deal list"
    ),
    Case(
        CommandName.APPROVE, lambda app, deal: app.charges.approve(GRACE, deal, DESIGN), "blockers"
    ),
    Case(
        CommandName.CREDIT,
        lambda app, deal: app.charges.credit(GRACE, deal, DESIGN, "why"),
        "deal list",
    ),
    Case(
        CommandName.DECIDE,
        lambda app, deal: app.decisions.decide(GRACE, workflow_ids.deal_run(deal), Action.RETRY),
        "attention list",
    ),
]


@pytest.mark.parametrize("case", NOT_CARRIED, ids=lambda case: case.command)
async def test_about_a_deal_that_is_not_carried(world: World, case: Case) -> None:
    unknown = DealId(f"memory:unknown-{case.command}")
    with pytest.raises(Refusal, match=case.answer):
        await case.ask(world.application, unknown)
    refused = await entry_of(world, unknown, case.command)
    assert (refused.actor, refused.outcome) == (GRACE.subject, "refused")
    assert case.answer in str(refused.what["answer"])


NOT_TEXT = "odd \0 and \udcff"
UNSOUND = [
    Case(CommandName.CANCEL, lambda app, deal: app.deals.cancel(GRACE, deal, " "), "say why"),
    Case(CommandName.HOLD, lambda app, deal: app.charges.hold(GRACE, deal, DESIGN, ""), "say why"),
    Case(
        CommandName.CREDIT, lambda app, deal: app.charges.credit(GRACE, deal, DESIGN, ""), "say why"
    ),
    Case(CommandName.CANCEL, lambda app, deal: app.deals.cancel(GRACE, deal, NOT_TEXT), "no text"),
    Case(
        CommandName.RELEASE,
        lambda app, deal: app.charges.release(GRACE, deal, ChargeId(NOT_TEXT)),
        "no text",
    ),
    Case(
        CommandName.HOLD,
        lambda app, deal: app.charges.hold(GRACE, deal, DESIGN, "x" * 9000),
        "at most",
    ),
    Case(
        CommandName.APPROVE,
        lambda app, deal: app.charges.approve(GRACE, deal, ChargeId("x" * 9000)),
        "at most",
    ),
]


@pytest.mark.parametrize("case", UNSOUND, ids=lambda case: f"{case.command}-{case.answer}")
async def test_what_cannot_be_kept_or_lacks_its_reason(world: World, case: Case) -> None:
    mine = DealId(f"memory:unsound-{UNSOUND.index(case)}")
    with pytest.raises(Refusal, match=case.answer):
        await case.ask(world.application, mine)
    refused = await entry_of(world, mine, case.command)
    assert (refused.outcome, case.answer in str(refused.what["answer"])) == ("refused", True)


async def test_a_deal_of_an_endless_name(world: World) -> None:
    endless = DealId("memory:" + "0123456789abcdef" * 1000)
    with pytest.raises(Refusal, match="the deal has 16007 characters"):
        await world.application.charges.hold(GRACE, endless, DESIGN, "why")
    assert (await entry_of(world, DealId(endless[:200]), CommandName.HOLD)).outcome == "refused"


@pytest.mark.parametrize("known", [False, True])
async def test_news_of_an_invoice_that_never_was(world: World, known: bool) -> None:
    mine = deal(f"never-billed-{known}")
    if known:
        await world.win(mine)
    with pytest.raises(Refusal, match="was never billed"):
        await world.application.deals.signal(GRACE, mine.id, EventName.INVOICE_CHANGED, "m9")
    repair = world.client.get_workflow_handle(workflow_ids.repair_run(mine.id))
    with pytest.raises(RPCError, match="not found"):
        await repair.describe()


async def test_a_rule_of_the_run_is_quoted(world: World) -> None:
    mine = deal("not-held")
    await world.win(mine)
    await until(lambda: world.planned_project(mine.id))
    with pytest.raises(Refusal, match=r"^design of memory:not-held is not held$"):
        await world.application.charges.release(GRACE, mine.id, DESIGN)
    refused = await entry_of(world, mine.id, CommandName.RELEASE)
    assert refused.what == {"charge": "design", "answer": "design of memory:not-held is not held"}


async def test_a_charge_that_the_contract_does_not_have(world: World) -> None:
    mine = deal("no-charge")
    await world.win(mine)
    await until(lambda: world.planned_project(mine.id))
    charges = world.application.charges
    with pytest.raises(Refusal, match="there are design, go-live, hypercare"):
        await charges.hold(GRACE, mine.id, ChargeId("m9"), "why")
    with pytest.raises(Refusal, match="there are design, go-live, hypercare"):
        await charges.credit(GRACE, mine.id, ChargeId("m9"), "why")


async def test_a_credit_of_what_is_not_billed_yet(world: World) -> None:
    mine = deal("not-billed")
    await world.win(mine)
    await until(lambda: world.planned_project(mine.id))
    with pytest.raises(Refusal, match="design of memory:not-billed is planned: hold it instead"):
        await world.application.charges.credit(GRACE, mine.id, DESIGN, "why")


async def test_a_credit_of_what_is_credited(world: World) -> None:
    mine = deal("credited-twice")
    await world.win(mine)
    await world.reach(mine.id, "design")
    await becomes(world, mine.id, ChargeState.ISSUED)
    await world.application.charges.credit(GRACE, mine.id, DESIGN, "it was redone")
    await world.drop(mine.id, DESIGN)
    await becomes(world, mine.id, ChargeState.CREDITED)
    with pytest.raises(Refusal, match="design of memory:credited-twice is credited"):
        await world.application.charges.credit(GRACE, mine.id, DESIGN, "it was redone")
    assert len([note for note in world.systems.credits.values() if note.deal == mine.id]) == 1


async def becomes(world: World, deal: DealId, state: ChargeState) -> None:
    """Wait until the deal knows that its first charge is in this state."""

    async def is_there() -> bool:
        return (await world.application.queries.schedule(deal))[0].state is state

    assert await until_awaited(is_there)


async def test_a_second_cancellation(world: World) -> None:
    mine = deal("twice", scope="")
    handle = await world.win(mine)
    await world.parked(workflow_ids.handoff_run(mine.id))
    await world.application.deals.cancel(GRACE, mine.id, "lost")
    await handle.result()
    with pytest.raises(Refusal):
        await world.application.deals.cancel(GRACE, mine.id, "lost again")
    entries = await entries_of(world, mine.id, CommandName.CANCEL)
    assert [(e.outcome, e.reason) for e in entries] == [
        ("accepted", "lost"),
        ("refused", "lost again"),
    ]


async def test_a_start_of_a_deal_that_is_carried(world: World) -> None:
    mine = deal("carried")
    await world.win(mine)
    with pytest.raises(Refusal, match="already carried"):
        await world.application.deals.start(GRACE, mine.id)


async def test_a_hold_of_an_issued_invoice(world: World) -> None:
    mine = deal("too-late")
    await world.win(mine)
    await world.reach(mine.id, "design")
    await until(lambda: world.issued(mine.id, "design"))
    with pytest.raises(Refusal, match="credit it instead"):
        await world.application.charges.hold(GRACE, mine.id, DESIGN, "it is disputed")


async def test_a_decision_that_the_attention_does_not_offer(world: World) -> None:
    mine = deal("no-choice", scope="")
    await world.win(mine)
    run = workflow_ids.handoff_run(mine.id)
    await world.parked(run)
    with pytest.raises(Refusal, match="retry, abort would count"):
        await world.application.decisions.decide(GRACE, run, Action.SKIP, reason="why not")
    refused = await entry_of(world, mine.id, CommandName.DECIDE)
    assert (refused.outcome, refused.reason, refused.workflow) == ("refused", "why not", run)


async def test_a_credit_of_an_invoice_that_is_partly_paid(world: World) -> None:
    mine = deal("partly-paid")
    await world.win(mine)
    await world.reach(mine.id, "design")
    await world.pay(mine.id, "design", Money.of("1000.00", "EUR"))

    async def knows_of_it() -> bool:
        [first, *_] = await world.application.queries.schedule(mine.id)
        return bool(first.invoice and first.invoice.paid)

    assert await until_awaited(knows_of_it)
    with pytest.raises(Refusal, match="credit the rest in the ERP"):
        await world.application.charges.credit(GRACE, mine.id, DESIGN, "it was redone")
    [invoice] = world.invoices(mine.id)
    assert not invoice.credited


async def test_a_doubt_from_a_moment_to_come_is_refused(world: World) -> None:
    """Whoever says local time for UTC would doubt nothing."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    with pytest.raises(Refusal, match="is yet to come: say the moment in UTC"):
        await world.application.ledger.raise_epoch(GRACE, tomorrow, "restored")
