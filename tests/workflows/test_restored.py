"""After a restore from an older backup, a reconciliation brings back what our records lack."""

from datetime import UTC, datetime

from domain.baseline import Baseline
from domain.charge import ChargeState
from domain.claim import ClaimState
from domain.contract import Policy
from domain.ids import ChargeId, DealId, Subject
from domain.money import Money
from domain.refusal import Refusal
from domain.stage import Stage
from tests.actors import GRACE
from tests.deals import small_deal
from tests.lost_records import forget
from tests.world import World, until, until_awaited
from workflows import workflow_ids

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
APPROVED = Policy(approve_above=Money.of("1.00", "EUR"))
DESIGN = ChargeId("design")


async def _reconcile(world: World) -> None:
    await world.application.reconciliation.reconcile(GRACE, LONG_AGO)


async def _discrepancies(world: World, deal: DealId) -> list[str]:
    result = await world.application.reconciliation.preview(LONG_AGO)
    found = (each.discrepancy for report in result.reports for each in report.found)
    deals = [str(each) for each in result.unrecorded_deals if each == deal]
    return [str(each.kind) for each in found if each.deal == deal] + deals


async def _agreed(world: World, deal: DealId) -> Baseline | None:
    try:
        return await world.store.billing_ledger.baseline(deal)
    except Refusal:
        return None


async def _claim_is(world: World, deal: DealId, *states: ClaimState) -> bool:
    bill = await world.store.billing_ledger.find_bill(workflow_ids.subject_of(deal, DESIGN))
    return bill is not None and bill.state in states


async def _is_quiet(world: World, deal: DealId) -> bool:
    return not await _discrepancies(world, deal)


async def test_an_issued_invoice_its_contract_and_its_project_are_put_on_record_again(
    world: World, database_url: str
) -> None:
    mine = small_deal("restored-issued")
    handle = await world.win(mine)
    await world.reach(mine.id, "design")
    invoice = await until(lambda: world.issued(mine.id, "design"))
    await until_awaited(lambda: _claim_is(world, mine.id, ClaimState.ISSUED))
    agreed = await _agreed(world, mine.id)
    forget(database_url, mine.id)
    assert "unrecorded" in await _discrepancies(world, mine.id)

    await _reconcile(world)
    await until_awaited(lambda: _claim_is(world, mine.id, ClaimState.ISSUED))
    assert await until_awaited(lambda: _agreed(world, mine.id)) == agreed
    await until_awaited(lambda: _is_quiet(world, mine.id))
    known = await world.effect("pm.project", Subject(mine.id))
    assert known
    assert known.receipt
    assert known.receipt.id == world.planned_project(mine.id)

    await world.carry_to_cash(mine.id)
    assert (await handle.result()).stage is Stage.CLOSED
    assert [each.id for each in world.invoices(mine.id)] == [invoice.id]
    assert len([p for p in world.systems.projects.values() if p.opening.deal == mine.id]) == 1


async def test_a_draft_that_waits_for_approval_is_adopted_and_issued_once(
    world: World, database_url: str
) -> None:
    mine = small_deal("restored-draft")
    handle = await world.win(mine, APPROVED)
    await world.reach(mine.id, "design")
    await until_awaited(lambda: world.has_draft(mine.id))
    await until_awaited(lambda: _claim_is(world, mine.id, ClaimState.CLAIMED))
    [draft] = world.invoices(mine.id)
    forget(database_url, mine.id)

    await _reconcile(world)
    await until_awaited(lambda: _claim_is(world, mine.id, ClaimState.CLAIMED))
    await until_awaited(lambda: _is_quiet(world, mine.id))
    await world.application.charges.approve(GRACE, mine.id, DESIGN)
    await world.pay(mine.id, "design")
    assert (await handle.result()).stage is Stage.CLOSED
    assert [each.id for each in world.invoices(mine.id)] == [draft.id]


async def test_a_deal_that_has_ended_is_put_on_record_again_too(
    world: World, database_url: str
) -> None:
    mine = small_deal("restored-ended")
    handle = await world.win(mine)
    await world.carry_to_cash(mine.id)
    await handle.result()
    forget(database_url, mine.id)

    await _reconcile(world)
    await until_awaited(lambda: _claim_is(world, mine.id, ClaimState.ISSUED))
    run = world.client.get_workflow_handle(workflow_ids.record_run(mine.id))
    await run.result()
    bill = await world.store.billing_ledger.find_bill(workflow_ids.subject_of(mine.id, DESIGN))
    [invoice] = world.invoices(mine.id)
    assert bill
    assert bill.paid == invoice.gross
    assert await _is_quiet(world, mine.id)


async def test_a_credit_is_put_on_record_again_and_not_made_twice(
    world: World, database_url: str
) -> None:
    mine = small_deal("restored-credit")
    handle = await world.win(mine)
    await world.reach(mine.id, "design")
    await until(lambda: world.issued(mine.id, "design"))
    await until_awaited(lambda: _charge_is(world, mine.id, ChargeState.ISSUED))
    await world.application.charges.credit(GRACE, mine.id, DESIGN, "the work was redone")
    await world.drop(mine.id, DESIGN)
    await handle.result()
    notes = len(world.systems.credits)
    forget(database_url, mine.id)

    await _reconcile(world)
    await until_awaited(lambda: _claim_is(world, mine.id, ClaimState.CREDITED))
    await world.client.get_workflow_handle(workflow_ids.record_run(mine.id)).result()
    assert await _is_quiet(world, mine.id)
    assert len(world.systems.credits) == notes


async def test_an_attention_that_a_restore_lost_is_listed_again(
    world: World, database_url: str
) -> None:
    mine = small_deal("restored-parked")
    await world.win(mine)
    await until_awaited(lambda: world.has_project(mine.id))
    customers = {**world.systems.customers}
    world.systems.customers.clear()
    await world.reach(mine.id, "design")
    bill = workflow_ids.billing_run(workflow_ids.subject_of(mine.id, DESIGN))
    await world.parked(bill)
    forget(database_url, mine.id)
    assert await world.store.attention_queue.list_of_run(bill) == []

    await _reconcile(world)
    await world.parked(bill)
    world.systems.customers |= customers


async def _charge_is(world: World, deal: DealId, state: ChargeState) -> bool:
    [status] = await world.application.queries.schedule(deal)
    return status.state is state
