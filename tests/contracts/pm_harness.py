"""The harness that the PM suite needs, and the commands that it sends."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import date, timedelta
from decimal import Decimal
from typing import Protocol

from connectors.common import Roles
from connectors.memory import Fault
from domain.deal import ContactRole, CostType, SlaMetric
from domain.effect import Receipt
from domain.ids import ContactId, DealId, ExternalId, MilestoneKey
from domain.money import Money
from domain.project import (
    BudgetLine,
    Milestone,
    ProjectPlan,
    Stakeholder,
    TeamMember,
    WorkPackage,
)
from ports.operation import Attempt
from ports.pm import Pm

Look = Callable[[], Awaitable[bool]]
DEAL = DealId("hubspot:51230000017")
STRANGER = "acc-nobody"
NOWHERE = ExternalId("99999999")
START = date(2026, 12, 7)


class PmHarness(Protocol):
    """The role, and what the delivery team does at the vendor.

    With a webhook, it is a HasWebhook (`webhook_receiver.py`) as well.
    """

    @property
    def pm(self) -> Pm: ...
    @property
    def roles(self) -> Roles: ...

    async def reach(self, project: ExternalId, milestone: MilestoneKey) -> None:
        """The team reaches a milestone."""
        ...

    @property
    def consultant(self) -> str:
        """The PM's id of the consultant."""
        ...

    async def book(self, project: ExternalId, package: str, minutes: int, day: date) -> ExternalId:
        """The consultant books time on a work package of ours, and can find it at once."""
        ...

    async def rebook(self, entry: ExternalId, minutes: int) -> None:
        """The consultant edits the entry that was booked last."""
        ...

    async def unbook(self, entry: ExternalId) -> None:
        """The consultant deletes the entry that was booked last."""
        ...

    async def edit(self, part: str, made: Receipt) -> Look:
        """A person edits a part of ours; the returned check says if the edit is still there.

        Parts are `milestones` and `work`, where the first one gets another name, and
        `charter`, where the text for people is changed.
        """
        ...

    def of_another_installation(self) -> AbstractAsyncContextManager[Roles]:
        """Return the roles of another installation over the same account."""
        ...

    def with_fault(self, fault: Fault) -> AbstractAsyncContextManager[Roles]:
        """Return the role over the same world; its next call fails in this way."""
        ...


def ticket(attempt: int = 1) -> Attempt:
    return Attempt(
        attempt=attempt, generation=1, idempotency_key="ab" * 32, search_first=attempt > 1
    )


def milestone(number: int, name: str = "") -> Milestone:
    return Milestone(
        key=MilestoneKey(f"part-{number}"),
        name=name or f"Milestone {number}",
        due=START + timedelta(weeks=4 * number),
    )


def package(number: int, milestone: int) -> WorkPackage:
    return WorkPackage(
        key=f"w.{number}",
        milestone=MilestoneKey(f"part-{milestone}"),
        name=f"Package {number}",
        hours=Decimal("12.25"),
    )


def plan(deal: DealId = DEAL, *, milestones: int = 2, people: tuple[str, ...] = ()) -> ProjectPlan:
    """Two packages a milestone."""
    return ProjectPlan(
        deal=deal,
        name="Pump monitoring",
        customer="Hronské Čerpadlá s.r.o.",
        url=f"https://crm.example/deals/{deal}",
        start=START,
        end=date(2027, 3, 26),
        scope="Sensors on twelve pumps.\nTraining of six users.",
        milestones=tuple(milestone(number) for number in range(1, milestones + 1)),
        packages=tuple(package(n, (n + 1) // 2) for n in range(1, 2 * milestones + 1)),
        budget=(
            BudgetLine(
                cost_type=CostType.LABOUR, hours=Decimal(100), amount=Money.of("9500.10", "EUR")
            ),
        ),
        team=tuple(TeamMember(role="consultant", person=person) for person in people),
        stakeholders=(Stakeholder(role=ContactRole.SPONSOR, contact=ContactId("1")),),
        sla=(SlaMetric(metric="response P1", target="4 h"),),
    )


async def opened(harness: PmHarness, deal: DealId = DEAL) -> ExternalId:
    return (await harness.pm.open_project.do(plan(deal).opening(), ticket())).id


async def planned(harness: PmHarness, project: ExternalId, milestones: int = 2) -> dict[str, str]:
    """The versions by milestone."""
    command = plan(milestones=milestones).milestone_plan(project)
    return dict((await harness.pm.plan_milestones.do(command, ticket())).parts)
