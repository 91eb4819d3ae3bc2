"""After a reversed payment, a run follows the invoice again, and the CRM is updated."""

from domain.attention import Action, Decision
from domain.billing_schedule import Transition
from domain.charge import ChargeState
from domain.contract import Policy
from domain.ids import ChargeId, DealId
from domain.invoice import Invoice
from domain.money import Money
from domain.responsibility import Party
from domain.stage import Stage
from tests.actors import GRACE
from tests.deals import deal, small_deal
from tests.references import OURS
from tests.world import World, until, until_awaited
from workflows import workflow_ids

ALL = ("design", "go-live", "hypercare")
NOTHING = Money.zero("EUR")


def first_of(world: World, deal: DealId) -> Invoice:
    reference = OURS.of(workflow_ids.subject_of(deal, ALL[0]))  # type: ignore[arg-type]
    return next(i for i in world.invoices(deal) if i.reference == reference)


async def all_issued(world: World, deal: DealId) -> None:
    await until(lambda: all(world.issued(deal, charge) for charge in ALL))


def says(world: World, deal: DealId, *, outstanding: Money) -> bool:
    written = world.written_back(deal)
    return bool(written and written.outstanding == outstanding)


async def test_a_payment_taken_back_is_collected_again_before_the_deal_closes(
    world: World,
) -> None:
    mine = deal("bounced")
    handle = await world.win(mine)
    await world.reach(mine.id, *ALL)
    await all_issued(world, mine.id)
    await world.pay(mine.id, "design")
    others = Money.total((i.gross for i in world.invoices(mine.id)[1:]), "EUR")
    await until(lambda: says(world, mine.id, outstanding=others))

    await world.take_payment_back(mine.id, "design")
    gross = first_of(world, mine.id).gross
    await until(lambda: says(world, mine.id, outstanding=others + gross))
    for charge in ALL:
        await world.pay(mine.id, charge)

    assert (await handle.result()).stage is Stage.CLOSED
    assert says(world, mine.id, outstanding=NOTHING)
    assert len(world.invoices(mine.id)) == len(ALL)


async def test_an_invoice_that_is_open_again_needs_no_second_approval(world: World) -> None:
    mine = deal("bounced-approved")
    await world.win(mine, Policy(approve_above=Money.of("1.00", "EUR")))
    await world.reach(mine.id, "design")
    await until_awaited(lambda: world.has_draft(mine.id))
    await world.application.charges.approve(GRACE, mine.id, ChargeId("design"))
    gross = (await until(lambda: world.issued(mine.id, "design"))).gross

    def is_written(paid: Money) -> bool:
        written = world.written_back(mine.id)
        return bool(written and written.paid == paid)

    await world.pay(mine.id, "design")
    await until(lambda: is_written(gross))
    await world.take_payment_back(mine.id, "design")
    await until(lambda: is_written(NOTHING))
    await world.pay(mine.id, "design")
    assert await until(lambda: is_written(gross))


async def test_news_that_say_nothing_new_leave_a_paid_bill_paid(world: World) -> None:
    mine = deal("echoed")
    handle = await world.win(mine)
    await world.reach(mine.id, *ALL)
    await all_issued(world, mine.id)
    await world.pay(mine.id, "design")
    others = Money.total((i.gross for i in world.invoices(mine.id)[1:]), "EUR")
    await until(lambda: says(world, mine.id, outstanding=others))
    for charge in ("design", "design", "go-live"):
        await world.ring_invoice(mine.id, charge)
    for charge in ("go-live", "hypercare"):
        await world.pay(mine.id, charge)
    assert (await handle.result()).stage is Stage.CLOSED
    assert len(world.invoices(mine.id)) == len(ALL)
    first, *later = [move.standing.state for move in await moves_of(world, mine.id, "design")]
    assert first is ChargeState.ISSUED
    assert set(later) <= {ChargeState.PAID}, "it was never open again"


async def moves_of(world: World, deal: DealId, charge: str) -> list[Transition]:
    """Return the transitions of this charge that the deal's run received."""
    run = world.client.get_workflow_handle(workflow_ids.deal_run(deal))
    decode = world.client.data_converter.decode
    events = [
        event.workflow_execution_signaled_event_attributes
        for event in (await run.fetch_history()).events
        if event.workflow_execution_signaled_event_attributes.signal_name == "charge_moved"
    ]
    moves: list[Transition] = [
        (await decode(each.input.payloads, [Transition]))[0] for each in events
    ]
    return [move for move in moves if charge in move.charges]


async def test_a_payment_taken_back_after_the_deal_closed_is_put_before_finance(
    world: World,
) -> None:
    mine = small_deal("late-bounce")
    handle = await world.win(mine)
    await world.carry_to_cash(mine.id)
    await handle.result()

    await world.take_payment_back(mine.id, "design")
    run = workflow_ids.repair_run(mine.id)
    filed = await world.parked(run)
    gross = first_of(world, mine.id).gross
    assert filed.attention.responsible == (Party.FINANCE,)
    assert str(gross) in filed.attention.what
    assert says(world, mine.id, outstanding=gross)

    await world.pay(mine.id, "design")
    repaired = await world.client.get_workflow_handle(run).result()
    assert "paid" in repaired["written"]
    assert says(world, mine.id, outstanding=NOTHING)


async def test_finance_may_leave_it_at_that(world: World) -> None:
    mine = small_deal("written-off")
    handle = await world.win(mine)
    await world.carry_to_cash(mine.id)
    await handle.result()
    await world.take_payment_back(mine.id, "design")
    run = workflow_ids.repair_run(mine.id)
    await world.parked(run)
    await world.decide(run, Action.SKIP, reason="it is written off")
    await world.client.get_workflow_handle(run).result()

    written_off = Decision(action=Action.SKIP, by=GRACE, reason="it is written off")
    assert [filed.decision for filed in await world.store.attention_queue.list_of_run(run)] == [
        written_off
    ]
    assert says(world, mine.id, outstanding=first_of(world, mine.id).gross)
