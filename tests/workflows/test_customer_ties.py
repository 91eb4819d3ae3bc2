"""Several keys of ours may be one customer of the ERP; a person ties them, and may undo that."""

import pytest

from domain.attention import Action
from domain.company import CompanyIds
from domain.deal import Deal
from domain.ids import DealId, ExternalId
from domain.refusal import Refusal
from tests.actors import GRACE
from tests.deals import company, deal
from tests.world import World, until_awaited
from workflows import workflow_ids

NAME = "Morava Sklo"


def sold_to(number: str, of: str) -> Deal:
    """A deal with a company that the CRM has twice: the same name, no number."""
    account = company(of).model_copy(update={"name": NAME, "ids": CompanyIds()})
    return deal(number, account=account)


async def test_row_22_another_key_of_one_customer_is_tied_by_a_decision_and_untied_again(
    world: World,
) -> None:
    there = world.add_customer(f"{NAME} SK")
    first, second = sold_to("tie-1", "tie-a"), sold_to("tie-2", "tie-b")
    for each in (first, second):
        await _choose(world, each, there)
    keys = {each.account.customer_key for each in (first, second) if each.account}
    ties = [tie for tie in await world.application.queries.customers() if tie.key in keys]
    assert {tie.external_id for tie in ties} == {there}
    assert len(ties) == len(keys) == 2

    again = sold_to("tie-3", "tie-b")
    await world.win(again)
    assert await until_awaited(lambda: world.has_project(again.id))
    assert not await world.store.attention_queue.list_of_run(workflow_ids.handoff_run(again.id))

    assert second.account
    key = second.account.customer_key
    said = await world.application.customers.untie(GRACE, key, "they are two companies")
    assert key in said
    after = sold_to("tie-4", "tie-b")
    await world.win(after)
    filed = await world.parked(workflow_ids.handoff_run(after.id))
    assert filed.attention.kind == "customer"


async def test_a_customer_that_another_key_uses_is_not_archived_with_its_deal(
    world: World,
) -> None:
    mine, other = deal("tie-own"), sold_to("tie-other", "tie-c")
    assert mine.account
    name = mine.account.name
    await world.win(mine)
    assert await until_awaited(lambda: world.has_project(mine.id))
    [ours] = [c.id for c in world.systems.customers.values() if c.name == name]
    assert other.account
    alike = other.account.model_copy(update={"name": f"{name} SK"})
    tied = other.model_copy(update={"account": alike})
    await _choose(world, tied, ours)
    await world.cancel(mine.id)
    assert await until_awaited(lambda: _is_over(world, mine.id))
    assert ours in world.live_customers()


async def test_a_key_without_a_tie_is_refused(world: World) -> None:
    with pytest.raises(Refusal, match="no customer is tied to sk-ico-1"):
        await world.application.customers.untie(GRACE, "sk-ico-1", "a mistake")


async def _choose(world: World, mine: Deal, customer: ExternalId) -> None:
    """Win a deal whose customer is in doubt, and choose this one."""
    await world.win(mine)
    run = workflow_ids.handoff_run(mine.id)
    await world.parked(run)
    await world.decide(run, Action.AMEND, choice=customer)
    assert await until_awaited(lambda: world.has_project(mine.id))


async def _is_over(world: World, deal: DealId) -> bool:
    written = world.written_back(deal)
    return written is not None and written.stage is not None and written.stage.is_final
