"""A document that is voided or credited at the ERP frees its charges, and finance is asked."""

from domain.attention import Action
from domain.charge import ChargeState
from domain.claim import ClaimState
from domain.ids import ChargeId, DealId
from domain.invoice import Invoice
from domain.money import Money
from domain.responsibility import Party
from domain.stage import Stage
from tests.actors import GRACE
from tests.deals import POLICY, deal, small_deal
from tests.invoices import credit_of
from tests.world import World, until, until_awaited
from workflows import workflow_ids
from workflows.milestone_billing import BILL_AGAIN

DESIGN = ChargeId("design")
NOTHING = Money.zero("EUR")
EVERYTHING = Money.of("1.00", "EUR")


def bill_run(deal: DealId, revision: int = 1) -> str:
    return workflow_ids.billing_run(workflow_ids.subject_of(deal, DESIGN, revision))


async def void(world: World, deal: DealId) -> Invoice:
    """The accountant voids the first invoice, and the poll sees it."""
    invoice: Invoice = await until(lambda: world.issued(deal, DESIGN))
    world.systems.void(invoice.id)
    await world.ring_invoice(deal, DESIGN)
    await world.parked(bill_run(deal))
    return invoice


async def credit(world: World, deal: DealId) -> Invoice:
    """The accountant credits the first invoice in full, and the poll sees it."""
    invoice: Invoice = await until(lambda: world.issued(deal, DESIGN))
    world.systems.settle(invoice.model_copy(update={"credit_notes": (credit_of(invoice),)}))
    await world.ring_invoice(deal, DESIGN)
    await world.parked(bill_run(deal))
    return invoice


async def becomes(world: World, deal: DealId, state: ClaimState, revision: int = 1) -> bool:
    """Wait until the books say so of the bill."""
    subject = workflow_ids.subject_of(deal, DESIGN, revision)

    async def is_so() -> bool:
        found = await world.store.billing_ledger.find_bill(subject)
        return found is not None and found.state is state

    return bool(await until_awaited(is_so))


async def test_row_14_a_draft_deleted_at_the_erp_is_billed_again_in_the_next_revision(
    world: World,
) -> None:
    mine = small_deal("draft-deleted")
    handle = await world.win(mine, POLICY.model_copy(update={"approve_above": EVERYTHING}))
    await world.reach(mine.id, DESIGN)
    await until_awaited(lambda: world.has_draft(mine.id))
    [draft] = world.invoices(mine.id)
    world.systems.void(draft.id)
    await world.application.charges.approve(GRACE, mine.id, DESIGN)
    filed = await world.parked(bill_run(mine.id))
    assert filed.attention.kind == "bill-again"
    assert await becomes(world, mine.id, ClaimState.RELEASED)
    await world.decide(bill_run(mine.id), Action.AMEND, choice=BILL_AGAIN)
    await until_awaited(lambda: world.has_draft(mine.id))
    await world.application.charges.approve(GRACE, mine.id, DESIGN)
    await world.pay(mine.id, DESIGN, revision=2)
    assert (await handle.result()).stage is Stage.CLOSED


async def test_row_15_a_voided_invoice_counts_as_never_billed_and_finance_is_asked(
    world: World,
) -> None:
    mine = small_deal("voided")
    await world.win(mine)
    await world.reach(mine.id, DESIGN)
    invoice = await void(world, mine.id)
    position = await world.application.queries.position(mine.id)
    assert (position.billed, position.outstanding) == (NOTHING, NOTHING)
    assert position.held == invoice.net
    [blocker] = await world.application.queries.blockers(mine.id)
    assert (blocker.state, blocker.responsible) == (ChargeState.HELD, Party.FINANCE)
    assert f"{invoice.number} was voided" in blocker.reason
    assert await becomes(world, mine.id, ClaimState.VOIDED)
    filed = await world.parked(bill_run(mine.id))
    assert filed.attention.responsible == (Party.FINANCE,)


async def test_row_15_a_voided_invoice_is_billed_again_in_the_next_revision(world: World) -> None:
    mine = small_deal("voided-again")
    handle = await world.win(mine)
    await world.reach(mine.id, DESIGN)
    voided = await void(world, mine.id)
    await world.decide(bill_run(mine.id), Action.AMEND, choice=BILL_AGAIN)
    await world.pay(mine.id, DESIGN, revision=2)
    assert (await handle.result()).stage is Stage.CLOSED
    written = world.written_back(mine.id)
    assert written
    assert (written.billed, written.paid) == (voided.net, voided.gross)
    assert await becomes(world, mine.id, ClaimState.ISSUED, 2)


async def test_row_15_a_voided_invoice_that_is_dropped_closes_the_deal(world: World) -> None:
    mine = small_deal("voided-dropped")
    handle = await world.win(mine)
    await world.reach(mine.id, DESIGN)
    await void(world, mine.id)
    await world.decide(bill_run(mine.id), Action.SKIP, reason="the work was never done")
    assert (await handle.result()).stage is Stage.CLOSED
    written = world.written_back(mine.id)
    assert written
    assert (written.billed, written.credited) == (NOTHING, NOTHING)
    [status] = await world.application.queries.schedule(mine.id)
    assert (status.state, status.invoice) == (ChargeState.CANCELLED, None)


async def test_row_16_a_full_credit_of_the_erp_frees_its_charge_alone(world: World) -> None:
    mine = deal("credited-there")
    await world.win(mine)
    await world.reach(mine.id, "design", "go-live")
    await until(lambda: world.issued(mine.id, "go-live"))
    invoice = await credit(world, mine.id)
    states = [status.state for status in await world.application.queries.schedule(mine.id)]
    assert states == [ChargeState.HELD, ChargeState.ISSUED, ChargeState.PLANNED]
    position = await world.application.queries.position(mine.id)
    assert position.credited == invoice.net
    assert await becomes(world, mine.id, ClaimState.CREDITED)
    await world.decide(bill_run(mine.id), Action.AMEND, choice=BILL_AGAIN)
    again = await until(lambda: world.issued(mine.id, DESIGN, revision=2))
    assert again.net == invoice.net
    assert await becomes(world, mine.id, ClaimState.ISSUED, 2)


async def test_what_is_billed_again_is_held_and_credited_by_its_charge(world: World) -> None:
    mine = small_deal("addressed")
    handle = await world.win(mine)
    await world.reach(mine.id, DESIGN)
    await void(world, mine.id)
    await world.decide(bill_run(mine.id), Action.AMEND, choice=BILL_AGAIN)

    async def is_collecting() -> bool:
        [status] = await world.application.queries.schedule(mine.id)
        return status.state is ChargeState.ISSUED

    await until_awaited(is_collecting)
    await world.application.charges.credit(GRACE, mine.id, DESIGN, "it was wrong again")
    await world.parked(bill_run(mine.id, 2))
    await world.decide(bill_run(mine.id, 2), Action.SKIP)
    assert (await handle.result()).stage is Stage.CLOSED


async def test_a_deal_is_cancelled_while_finance_is_asked_about_a_voided_invoice(
    world: World,
) -> None:
    mine = small_deal("voided-cancelled")
    handle = await world.win(mine)
    await world.reach(mine.id, DESIGN)
    await void(world, mine.id)
    await world.cancel(mine.id)
    assert (await handle.result()).stage is Stage.CANCELLED
    filed = await world.store.attention_queue.list_of_run(bill_run(mine.id))
    assert all(each.decision for each in filed)
