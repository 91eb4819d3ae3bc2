"""A switch of vendor in the middle of a deal parks it: only a person decides where it goes on."""

from collections.abc import Iterator
from contextlib import contextmanager

from domain.attention import Action
from domain.ids import DealId
from domain.responsibility import Party
from domain.stage import Stage
from tests.deals import deal, small_deal
from tests.world import World, until, until_awaited
from workflows import workflow_ids


@contextmanager
def switched(world: World) -> Iterator[None]:
    """The settings name another account of the same vendor."""
    world.systems.tenant = "elsewhere"
    try:
        yield
    finally:
        world.systems.tenant = "world"


async def refused(world: World, run: str, role: str) -> None:
    """The run is parked for the operator, with both accounts named."""
    filed = (await world.parked(run)).attention
    assert (filed.kind, filed.responsible) == ("OtherAccount", (Party.OPERATOR,))
    assert f"its {role} records in memory world" in filed.why
    assert "now works in memory elsewhere" in filed.why


async def accounts(world: World, deal: DealId) -> set[str]:
    return {effect.key.tenant for effect in await world.store.effect_ledger.of_deal(deal)}


async def test_a_deal_that_has_its_project_elsewhere_goes_on_there_after_the_decision(
    world: World,
) -> None:
    mine = small_deal("switched")
    await world.win(mine)
    await until_awaited(lambda: world.has_project(mine.id))
    await until_awaited(lambda: kicked_off(world, mine.id))
    run = workflow_ids.deal_run(mine.id)
    with switched(world):
        await world.reach(mine.id, "design")
        await refused(world, run, "pm")
        assert not world.invoices(mine.id)
    await world.decide(run, Action.RETRY)
    await until(lambda: world.issued(mine.id, "design"))
    assert await accounts(world, mine.id) == {"world"}
    assert len(world.invoices(mine.id)) == 1


async def test_a_cancel_after_a_switch_takes_nothing_back_elsewhere_and_forgets_nothing(
    world: World,
) -> None:
    mine = deal("cancelled elsewhere")
    await world.win(mine)
    await until_awaited(lambda: kicked_off(world, mine.id))
    run = workflow_ids.deal_run(mine.id)
    with switched(world):
        await world.cancel(mine.id)
        await world.parked(run)
        assert not world.is_untouched_by(mine.id)
    while await is_parked(world, run):
        await world.decide(run, Action.RETRY)
    await until(lambda: world.is_untouched_by(mine.id) or None)
    assert await accounts(world, mine.id) == {"world"}


async def test_a_new_deal_begins_in_the_new_account_with_a_customer_of_its_own(
    world: World,
) -> None:
    older, newer = deal("before the switch"), deal("after the switch")
    newer = newer.model_copy(update={"account": older.account})
    await world.win(older)
    await until_awaited(lambda: kicked_off(world, older.id))
    with switched(world):
        await world.win(newer)
        await until_awaited(lambda: kicked_off(world, newer.id))
        await world.reach(newer.id, "design")
        await until(lambda: world.issued(newer.id, "design"))
    assert await accounts(world, newer.id) == {"elsewhere"}
    assert older.account
    key = older.account.customer_key
    known = [link for link in await world.application.queries.customers() if link.key == key]
    assert {link.tenant for link in known} == {"world", "elsewhere"}


async def kicked_off(world: World, deal: DealId) -> bool:
    """Whether nothing of the kickoff is under way any more."""
    written = world.written_back(deal)
    if not (written and written.project):
        return False
    report = await world.application.queries.show(deal)
    return report.status.stage not in {Stage.HANDOFF, Stage.KICKOFF}


async def is_parked(world: World, run: str) -> bool:
    filed = await world.store.attention_queue.list_of_run(run)
    return any(each.decision is None for each in filed)
