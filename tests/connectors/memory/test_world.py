"""The world in memory: people act in it, and the ports show what they did."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from connectors.catalog import CATALOG
from connectors.common import Roles
from connectors.memory import Fault, MemorySettings, MemoryWorld, open_memory
from domain.ids import DealId, ExternalId, MilestoneKey, Subject
from domain.invoice import InvoiceStatus
from domain.money import Money
from domain.project import Milestone, OpenProject, PlanMilestones, WriteCharter
from ports.failures import Absent, Rejected, Uncertain
from ports.operation import Attempt
from ports.pm import Pm
from tests.invoices import invoice
from tests.references import OURS

DEAL = DealId("memory:1")
TICKET = Attempt(attempt=1, generation=1, idempotency_key="k", search_first=False)
OPENING = OpenProject(
    subject=Subject(DEAL),
    deal=DEAL,
    name="Pump monitoring",
    customer="Hronské Čerpadlá s.r.o.",
    url="https://crm.example/1",
    start=date(2026, 12, 7),
    end=date(2027, 3, 26),
)


@pytest.fixture
def world() -> MemoryWorld:
    return MemoryWorld()


@pytest.fixture
async def roles(world: MemoryWorld) -> AsyncIterator[Roles]:
    async with open_memory(MemorySettings(world=world), OURS) as roles:
        yield roles


@pytest.fixture
def pm(roles: Roles) -> Pm:
    assert roles.pm
    return roles.pm


def planning(project: ExternalId) -> PlanMilestones:
    milestones = tuple(
        Milestone(key=MilestoneKey(f"m{n}"), name=f"M{n}", due=date(2027, 1, n)) for n in (1, 2)
    )
    subject = Subject(DEAL)
    start = date(2026, 12, 7)
    return PlanMilestones(
        subject=subject, deal=DEAL, project=project, start=start, milestones=milestones
    )


def charter(project: ExternalId, *, is_closed: bool = False) -> WriteCharter:
    return WriteCharter(
        subject=Subject(DEAL),
        deal=DEAL,
        project=project,
        scope="Sensors on twelve pumps",
        budget=(),
        sla=(),
        stakeholders=(),
        team=(),
        start=date(2026, 12, 7),
        end=date(2027, 3, 26),
        is_closed=is_closed,
    )


async def test_a_reached_milestone_is_found(world: MemoryWorld, pm: Pm) -> None:
    project = (await pm.open_project.do(OPENING, TICKET)).id
    made = await pm.plan_milestones.do(planning(project), TICKET)
    assert set(made.parts) == {"m1", "m2"}
    world.reach(project, MilestoneKey("m2"))
    progress = await pm.read_milestones(DEAL, project)
    assert [(each.milestone, each.is_reached) for each in progress] == [("m1", False), ("m2", True)]
    assert [each.external for each in progress] == list(made.parts.values())
    with pytest.raises(KeyError):
        world.reach(project, MilestoneKey("m3"))


async def test_one_deal_has_one_project_and_it_goes_with_its_parts(
    world: MemoryWorld, pm: Pm
) -> None:
    first, again = (
        await pm.open_project.do(OPENING, TICKET),
        await pm.open_project.do(OPENING, TICKET),
    )
    assert first == again
    await pm.plan_milestones.do(planning(first.id), TICKET)
    for _ in range(2):
        await pm.open_project.undo(OPENING, first)
    assert world.projects == {}
    assert list(await pm.open_project.find(OPENING)) == []
    assert list(await pm.plan_milestones.find(planning(first.id))) == []
    with pytest.raises(Absent):
        await pm.read_milestones(DEAL, first.id)
    with pytest.raises(Absent):
        await pm.write_charter.do(charter(first.id), TICKET)


async def test_a_closed_project_is_a_charter_that_says_so(world: MemoryWorld, pm: Pm) -> None:
    project = (await pm.open_project.do(OPENING, TICKET)).id
    await pm.write_charter.do(charter(project), TICKET)
    closing = charter(project, is_closed=True)
    made = await pm.write_charter.do(closing, TICKET)
    assert world.projects[project].parts["charter"] == closing
    for _ in range(2):
        await pm.write_charter.undo(closing, made)
    assert "charter" not in world.projects[project].parts


async def test_a_lost_reply_is_found_exactly_once(world: MemoryWorld, pm: Pm) -> None:
    world.fail(Fault.LOST_REPLY)
    with pytest.raises(Uncertain):
        await pm.open_project.do(OPENING, TICKET)
    assert len(await pm.open_project.find(OPENING)) == len(world.projects) == 1


async def test_each_opening_has_a_world_of_its_own_unless_it_is_handed_one() -> None:
    assert MemorySettings().world is not MemorySettings().world
    async with CATALOG["memory"].open(MemorySettings(), OURS) as roles:
        assert all((roles.crm, roles.pm, roles.customers, roles.invoicing))
        assert roles.crm
        with pytest.raises(Absent):
            await roles.crm.read_deal(DEAL)


def test_only_what_is_issued_and_open_can_be_paid(world: MemoryWorld) -> None:
    gross, made = Money.of(123, "EUR"), invoice(Money.of(100, "EUR"))
    world.keep(made.model_copy(update={"status": InvoiceStatus.DRAFT}))
    with pytest.raises(Rejected):
        world.pay(made.id, gross)
    world.keep(made)
    with pytest.raises(Rejected):
        world.pay(made.id, gross + Money.of(1, "EUR"))
    world.pay(made.id, gross)
    assert world.invoice(made.id).status is InvoiceStatus.PAID
