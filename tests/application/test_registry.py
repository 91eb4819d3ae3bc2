"""A deal that was carried to its end starts nothing again, though Temporal has forgotten it."""

from datetime import timedelta

from domain.event import DealWon
from domain.ids import DealId, EventId
from domain.stage import Stage
from tests.actors import GRACE
from tests.deals import small_deal
from tests.store.values import NOW
from tests.world import World
from workflows import workflow_ids

CLOSED_BEFORE = NOW - timedelta(days=40)


async def touched(world: World, deal: DealId) -> bool:
    """Sales edit the deal's record, and the poll sees it."""
    return await world.dispatcher.deal_won(DealWon(deal=deal, event=EventId("touched")))


async def carried_long_ago(world: World, name: str, stage: Stage) -> DealId:
    """A deal whose run Temporal has forgotten: only the registry knows it."""
    mine = small_deal(name)
    world.systems.add(mine)
    assert await world.store.deal_registry.may_start(mine.id, now=CLOSED_BEFORE)
    await world.store.billing_ledger.close(
        mine.id, stage, by=GRACE, reason="it ended", now=CLOSED_BEFORE
    )
    return mine.id


async def test_row_4_a_deal_closed_40_days_ago_and_touched_starts_nothing(world: World) -> None:
    for name, stage in (("long-paid", Stage.CLOSED), ("long-cancelled", Stage.CANCELLED)):
        deal = await carried_long_ago(world, name, stage)
        assert not await touched(world, deal)
        assert not await world.application.queries.list_deals() or all(
            each.deal != deal for each in await world.application.queries.list_deals()
        )


async def test_a_deal_that_was_never_carried_starts_once(world: World) -> None:
    mine = small_deal("new-here")
    world.systems.add(mine)
    assert await touched(world, mine.id)
    assert not await touched(world, mine.id)
    run = world.client.get_workflow_handle(workflow_ids.deal_run(mine.id))
    await world.cancel(mine.id)
    await run.result()
    assert not await world.store.deal_registry.may_start(mine.id, now=NOW)
