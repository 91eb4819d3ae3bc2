"""The deal's owner has a task in the CRM while a run waits for them, and no longer."""

from domain.attention import Action
from domain.responsibility import Party
from domain.stage import Stage
from domain.tax import TaxTreatment
from tests.deals import deal, small_deal
from tests.world import World, until, until_awaited
from workflows import workflow_ids


async def test_a_deal_without_scope_is_a_task_of_its_owner_until_it_is_mended(
    world: World,
) -> None:
    mine = small_deal("asked", scope="")
    handle = await world.win(mine)
    run = workflow_ids.handoff_run(mine.id)
    await world.parked(run)
    (task,) = await until(lambda: world.open_tasks(mine.id))
    assert task.title == (
        "Cashward waits for you: the deal is not complete: nothing was created anywhere"
    )
    assert "scope: the agreed scope is empty" in task.body

    world.systems.add(mine.model_copy(update={"scope": "All of it", "is_won": True}))
    await world.decide(run, Action.RETRY)
    await until(lambda: not world.open_tasks(mine.id))
    await world.carry_to_cash(mine.id)
    assert (await handle.result()).stage is Stage.CLOSED


async def test_a_deal_mended_in_part_has_one_task_which_says_what_is_left(world: World) -> None:
    mine = deal("asked-again", scope="", lines=())
    await world.win(mine)
    run = workflow_ids.handoff_run(mine.id)
    await world.parked(run)
    await until(lambda: world.open_tasks(mine.id))
    world.systems.add(mine.model_copy(update={"scope": "All of it", "is_won": True}))
    await world.decide(run, Action.RETRY)

    def only_lines() -> bool:
        bodies = [task.body for task in world.open_tasks(mine.id)]
        return len(bodies) == 1 and "scope" not in bodies[0]

    assert await until(only_lines)
    filed = await world.parked(run)
    assert {finding.field for finding in filed.attention.findings} == {"line items"}


async def test_a_deal_that_is_given_up_ends_as_cancelled_and_asks_nobody_any_more(
    world: World,
) -> None:
    mine = deal("asked-in-vain", scope="")
    handle = await world.win(mine)
    await world.parked(workflow_ids.handoff_run(mine.id))
    await until(lambda: world.open_tasks(mine.id))
    await world.decide(workflow_ids.handoff_run(mine.id), Action.ABORT, reason="lost")
    outcome = await handle.result()
    assert (outcome.stage, "lost" in outcome.reason) == (Stage.CANCELLED, True)
    assert world.is_untouched_by(mine.id)
    assert not world.open_tasks(mine.id)


async def test_an_owner_who_takes_no_tasks_holds_nothing_up(world: World) -> None:
    mine = deal("unasked", scope="")
    world.systems.without_tasks.add(mine.id)
    await world.win(mine)
    run = workflow_ids.handoff_run(mine.id)
    await world.parked(run)
    world.systems.add(mine.model_copy(update={"scope": "All of it", "is_won": True}))
    await world.decide(run, Action.RETRY)
    assert await until_awaited(lambda: world.has_project(mine.id))


async def test_what_finance_must_decide_is_no_task_of_the_owner(world: World) -> None:
    mine = deal("for-finance", tax=TaxTreatment.EXPORT)
    await world.win(mine)
    run = workflow_ids.handoff_run(mine.id)
    filed = await world.parked(run)
    assert filed.attention.responsible == (Party.FINANCE,)
    agreed = {"tax": TaxTreatment.DOMESTIC, "is_won": True}
    world.systems.add(mine.model_copy(update=agreed))
    await world.decide(run, Action.RETRY)
    await until_awaited(lambda: world.has_project(mine.id))
    asked = [task.command for task in world.systems.tasks.values()]
    assert [command for command in asked if command.deal == mine.id] == []
