"""A task of the deal's owner: made once, closed once, whatever happens on the way."""

import pytest

from connectors.memory import Fault
from domain.effect import Receipt
from domain.ids import DealId, ExternalId
from domain.owner_task import OwnerTask
from ports.crm import Crm
from ports.failures import Absent, ConnectorFailure, Uncertain
from tests.contracts.crm_harness import CrmHarness, asking, open_deal, ticket, won
from tests.contracts.faults import each_fault

TITLE = asking(DealId("a deal")).title


async def as_the_ledger_repeats(crm: Crm, command: OwnerTask) -> Receipt:
    """Repeat an operation as the ledger does: search first, and make only what is missing."""
    found = await crm.owner_task.find(command)
    return found[0] if found else await crm.owner_task.do(command, ticket("t", attempt=2))


async def test_a_task_asked_twice_is_one_task(crm: CrmHarness) -> None:
    command = asking(await won(crm))
    made = await crm.crm.owner_task.do(command, ticket("t"))
    assert (await as_the_ledger_repeats(crm.crm, command)).id == made.id
    assert list(await crm.tasks(command.deal)) == [TITLE]


async def test_a_task_is_found_by_its_subject_alone(crm: CrmHarness) -> None:
    deal = await won(crm)
    mine = await crm.crm.owner_task.do(asking(deal), ticket("t"))
    longer = asking(deal).model_copy(update={"subject": f"{deal}:ask:12"})
    assert not await crm.crm.owner_task.find(longer)
    other = await crm.crm.owner_task.do(longer, ticket("t2"))
    assert [each.id for each in await crm.crm.owner_task.find(asking(deal))] == [mine.id]
    assert [each.id for each in await crm.crm.owner_task.find(longer)] == [other.id]


async def test_a_task_of_another_deal_is_not_ours(crm: CrmHarness) -> None:
    first = await won(crm, "First")
    second = await crm.enter(open_deal(name="Second"))
    await crm.crm.owner_task.do(asking(first), ticket("t"))
    assert not await crm.crm.owner_task.find(asking(second))
    assert list(await crm.tasks(second)) == []


async def test_a_task_taken_back_twice_is_closed_once(crm: CrmHarness) -> None:
    command = asking(await won(crm))
    made = await crm.crm.owner_task.do(command, ticket("t"))
    await crm.crm.owner_task.undo(command, made)
    await crm.crm.owner_task.undo(command, made)
    assert list(await crm.tasks(command.deal)) == []


async def test_a_task_that_never_was_is_closed_already(crm: CrmHarness) -> None:
    command = asking(await won(crm))
    await crm.crm.owner_task.do(command, ticket("t"))
    nobody = crm.unknown()
    gone = Receipt(id=ExternalId(nobody.partition(":")[2]))
    await crm.crm.owner_task.undo(asking(nobody), gone)
    assert list(await crm.tasks(command.deal)) == [TITLE]


async def test_a_stray_task_is_swept_and_the_elected_one_stays(crm: CrmHarness) -> None:
    command = asking(await won(crm))
    first = await crm.crm.owner_task.do(command, ticket("t"))
    await crm.crm.owner_task.do(command, ticket("t"))
    found = await crm.crm.owner_task.find(command)
    assert found[0].id == first.id
    for stray in found[1:]:
        await crm.crm.owner_task.undo(command, stray)
    assert list(await crm.tasks(command.deal)) == [TITLE]


async def test_a_task_whose_answer_is_lost_is_found_exactly_once(crm: CrmHarness) -> None:
    command = asking(await won(crm))
    async with crm.with_fault(Fault.LOST_REPLY) as failing:
        with pytest.raises(Uncertain):
            await failing.owner_task.do(command, ticket("t"))
    (found,) = await crm.crm.owner_task.find(command)
    assert (await as_the_ledger_repeats(crm.crm, command)).id == found.id
    assert list(await crm.tasks(command.deal)) == [TITLE]


async def test_nobody_is_asked_about_an_unknown_deal(crm: CrmHarness) -> None:
    command = asking(crm.unknown())
    with pytest.raises(Absent):
        await crm.crm.owner_task.do(command, ticket("t"))
    assert not await crm.crm.owner_task.find(command)


@each_fault
async def test_a_task_that_cannot_be_placed_says_why_and_is_not_there(
    crm: CrmHarness, fault: Fault, failure: type[ConnectorFailure]
) -> None:
    command = asking(await won(crm))
    async with crm.with_fault(fault) as failing:
        with pytest.raises(failure):
            await failing.owner_task.do(command, ticket("t"))
    assert list(await crm.tasks(command.deal)) == []
