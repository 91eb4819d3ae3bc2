"""A run that cannot go on says what it needs and from whom, keeps its place, and goes on."""

from dataclasses import dataclass

import pytest
from temporalio.client import WorkflowUpdateFailedError

from connectors.memory import Fault
from domain.attention import Action
from domain.company import CompanyIds
from domain.customer import TIE
from domain.event import DealWon
from domain.ids import EventId
from domain.responsibility import Party
from tests.deals import company, deal
from tests.world import World, until_awaited
from workflows import workflow_ids
from workflows.deal_to_cash import DealToCash


async def test_a_deal_without_scope_and_budget_is_parked_before_anything_is_created(
    world: World,
) -> None:
    mine = deal("bare", scope="", lines=())
    handle = await world.win(mine)
    filed = await world.parked(workflow_ids.handoff_run(mine.id))

    assert {f.field for f in filed.attention.findings} == {"scope", "line items"}
    assert filed.attention.responsible == (Party.DEAL_OWNER,)
    assert world.is_untouched_by(mine.id)
    written = world.written_back(mine.id)
    assert written
    assert "the agreed scope is empty" in (written.attention or "")

    async def shows() -> bool:
        return (await handle.query(DealToCash.status)).needs_attention

    assert await until_awaited(shows)


async def test_a_change_in_the_crm_looks_again_by_itself(world: World) -> None:
    mine = deal("noticed", scope="")
    await world.win(mine)
    await world.parked(workflow_ids.handoff_run(mine.id))

    world.systems.add(mine.model_copy(update={"scope": "All of it", "is_won": True}))
    assert await world.dispatcher.deal_won(DealWon(deal=mine.id, event=EventId("changed")))
    assert await until_awaited(lambda: world.has_project(mine.id))


async def test_a_decision_that_is_not_possible_is_refused_and_says_what_is(world: World) -> None:
    mine = deal("refused", scope="")
    await world.win(mine)
    await world.parked(workflow_ids.handoff_run(mine.id))
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await world.decide(workflow_ids.handoff_run(mine.id), Action.SKIP)
    assert "retry, abort" in str(refused.value.cause)


async def test_the_same_company_under_another_spelling_is_matched_not_created(
    world: World,
) -> None:
    mine = deal("spelling")
    assert mine.account
    number = mine.account.ids.company_id
    spelt = f"{number[:3]} {number[3:6]} {number[6:]}"
    there = world.add_customer(f"KOVO {number}, a. s.", company_id=spelt)
    before = len(world.systems.customers)
    await world.win(mine)
    await until_awaited(lambda: world.has_project(mine.id))

    assert len(world.systems.customers) == before
    await world.reach(mine.id, "design")
    await until_awaited(lambda: world.is_issued(mine.id, "design"))
    link = await world.store.links.find_by_key("memory", "world", TIE, mine.account.customer_key)
    assert link
    assert link.external_id == there


@dataclass(frozen=True)
class Choice:
    pick: str
    adds: int


@pytest.mark.parametrize("choice", [Choice("existing", 0), Choice("new", 1)])
async def test_an_ambiguous_customer_waits_for_a_person(world: World, choice: Choice) -> None:
    name = f"Dunaj {choice.pick} Logistika"
    there = world.add_customer(f"{name} SK")
    before = len(world.systems.customers)
    account = company(name).model_copy(update={"name": name, "ids": CompanyIds()})
    mine = deal(f"ambiguous-{choice.pick}", account=account)
    await world.win(mine)
    filed = await world.parked(workflow_ids.handoff_run(mine.id))
    assert filed.attention.choices == (there, "new")
    assert filed.attention.responsible == (Party.FINANCE, Party.DEAL_OWNER)
    assert f"- CRM: {name}, SK" in filed.attention.why
    assert f"- {there}: {name} SK" in filed.attention.why

    pick = there if choice.pick == "existing" else "new"
    await world.decide(workflow_ids.handoff_run(mine.id), Action.AMEND, choice=pick)
    await until_awaited(lambda: world.has_project(mine.id))
    assert len(world.systems.customers) == before + choice.adds


async def test_a_refused_sign_in_parks_the_stage_and_retry_goes_on_where_it_was(
    world: World,
) -> None:
    mine = deal("locked")
    world.systems.add(mine)
    world.systems.fail(Fault.LOCKED_OUT)
    await world.win(mine)
    filed = await world.parked(workflow_ids.handoff_run(mine.id))
    assert filed.attention.kind == "Misconfigured"

    await world.decide(workflow_ids.handoff_run(mine.id), Action.RETRY)
    assert await until_awaited(lambda: world.has_project(mine.id))


async def test_work_goes_on_by_itself_when_a_system_is_back(world: World) -> None:
    mine = deal("outage")
    world.systems.add(mine)
    world.systems.fail(Fault.DOWN, Fault.THROTTLED, Fault.DOWN)
    await world.win(mine)
    assert await until_awaited(lambda: world.has_project(mine.id))
    assert not world.systems.faults
    assert not await world.store.attention_queue.list_of_run(workflow_ids.handoff_run(mine.id))
