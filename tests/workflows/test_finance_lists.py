"""The lists over the books are equal to what the runs of the deals answer."""

from datetime import UTC, datetime
from functools import partial

from domain.ids import ChargeId, DealId
from domain.money import Money
from tests.actors import GRACE
from tests.deals import deal
from tests.world import World, until, until_awaited


async def answers_of_the_run(world: World, deal: DealId) -> dict[str, object]:
    """What is not invoiced and why, and what is outstanding, as the deal's run has it."""
    found = await world.application.queries.blockers(deal)
    position = await world.application.queries.position(deal)
    charges = {each.charge: (each.net, each.state, each.reason, each.responsible) for each in found}
    return {"unbilled": charges, "outstanding": position.outstanding}


async def rows_of_the_books(world: World, deal: DealId) -> dict[str, object]:
    """The same from the lists."""
    queries, today = world.application.queries, datetime.now(UTC).date()
    charges = {
        each.charge: (each.net, each.state, each.reason, each.responsible)
        for each in await queries.unbilled()
        if each.deal == deal
    }
    owed = [each.outstanding for each in await queries.receivables(today) if each.deal == deal]
    return {"unbilled": charges, "outstanding": Money.total(owed, "EUR")}


async def agree(world: World, deal: DealId) -> bool:
    return await answers_of_the_run(world, deal) == await rows_of_the_books(world, deal)


async def test_the_lists_say_of_each_charge_what_its_run_says(world: World) -> None:
    planned, held, paid, voided = (
        deal(name) for name in ("l-planned", "l-held", "l-paid", "l-voided")
    )
    for each in (planned, held, paid, voided):
        await world.win(each)
        await until_awaited(partial(world.has_project, each.id))
    await world.application.charges.hold(GRACE, held.id, ChargeId("design"), "it is disputed")
    for each in (held, paid, voided):
        await world.reach(each.id, "design", "go-live")
    await world.pay(paid.id, "design")
    invoice = await until(lambda: world.issued(voided.id, "design"))
    world.systems.void(invoice.id)
    await world.ring_invoice(voided.id, "design")
    await until(lambda: world.issued(held.id, "go-live"))

    async def is_listed_as_held() -> bool:
        listed = await world.application.queries.unbilled(held=True)
        return {each.deal for each in listed} >= {held.id, voided.id}

    await until_awaited(is_listed_as_held)
    for each in (planned, held, paid, voided):
        assert await until_awaited(partial(agree, world, each.id))


async def test_what_is_released_and_billed_leaves_the_lists_of_what_is_not(world: World) -> None:
    mine = deal("l-released")
    await world.win(mine)
    await until_awaited(lambda: world.has_project(mine.id))
    charges = world.application.charges
    await charges.hold(GRACE, mine.id, ChargeId("design"), "it is disputed")
    await world.reach(mine.id, "design")

    async def is_held() -> bool:
        listed = await world.application.queries.unbilled(held=True)
        return ChargeId("design") in {each.charge for each in listed if each.deal == mine.id}

    assert await until_awaited(is_held)
    await charges.release(GRACE, mine.id, ChargeId("design"))
    await until(lambda: world.issued(mine.id, "design"))

    async def is_billed_on_record() -> bool:
        return not await is_held() and await agree(world, mine.id)

    assert await until_awaited(is_billed_on_record)


async def test_nothing_of_a_cancelled_deal_waits_to_be_billed(world: World) -> None:
    mine = deal("l-cancelled")
    handle = await world.win(mine)
    await until_awaited(lambda: world.has_project(mine.id))
    await world.cancel(mine.id)
    await handle.result()
    assert mine.id not in {each.deal for each in await world.application.queries.unbilled()}
