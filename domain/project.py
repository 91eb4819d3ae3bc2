"""The delivery project that a contract asks for: work breakdown, budget, team, terms."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from domain.allocation import allocate, last_digit
from domain.contract import Contract, Policy
from domain.deal import Contact, ContactRole, CostType, QuoteLine, SlaMetric
from domain.identity import identity_of
from domain.ids import ContactId, DealId, ExternalId, MilestoneKey, Subject, slug_of
from domain.money import Money
from domain.templates import TEMPLATES
from domain.value import Value

_CENTIHOUR = Decimal("0.01")


class Stakeholder(Value):
    """A contact in the project, by role and CRM id only; the person's data stay in the CRM."""

    role: ContactRole
    contact: ContactId


class BudgetLine(Value):
    """The sold amount of one cost type, with hours if it is work."""

    cost_type: CostType
    hours: Decimal
    amount: Money


class Milestone(Value):
    """A milestone of the project, and the date planned for it."""

    key: MilestoneKey
    name: str
    due: date


class WorkPackage(Value):
    """A piece of the WBS under its milestone, with its estimate in hours."""

    key: str
    milestone: MilestoneKey
    name: str
    hours: Decimal


class TeamMember(Value):
    """The holder of a role, by the PM system's id of the person."""

    role: str
    person: str
    """The PM system's id of the person."""


class OpenProject(Value):
    """The order to open the delivery project of a deal."""

    subject: Subject
    deal: DealId
    name: str
    customer: str
    url: str
    start: date
    end: date

    def identity(self) -> str:
        return identity_of(deal=self.deal, url=self.url)


class WriteCharter(Value):
    """The order to write the terms that the delivery team works under, read-only in the PM."""

    subject: Subject
    deal: DealId
    project: ExternalId
    scope: str
    budget: tuple[BudgetLine, ...]
    sla: tuple[SlaMetric, ...]
    stakeholders: tuple[Stakeholder, ...]
    team: tuple[TeamMember, ...]
    start: date
    end: date
    is_closed: bool = False

    def identity(self) -> str:
        return identity_of(project=self.project, is_closed=self.is_closed)


class PlanMilestones(Value):
    """The order to put the contract's milestones into the project."""

    subject: Subject
    deal: DealId
    project: ExternalId
    start: date
    milestones: tuple[Milestone, ...]

    def identity(self) -> str:
        milestones = [milestone.key for milestone in self.milestones]
        return identity_of(project=self.project, milestones=milestones)


class PlanWork(Value):
    """The order to write the WBS: one summary task per milestone, its work packages below it.

    `versions` maps a milestone's key to the PM's id of it.
    """

    subject: Subject
    deal: DealId
    project: ExternalId
    milestones: tuple[Milestone, ...]
    packages: tuple[WorkPackage, ...]
    versions: dict[str, str]

    def identity(self) -> str:
        packages = [package.key for package in self.packages]
        return identity_of(project=self.project, packages=packages)


class StaffProject(Value):
    """The order to give people access to the project."""

    subject: Subject
    deal: DealId
    project: ExternalId
    team: tuple[TeamMember, ...]

    def identity(self) -> str:
        people = sorted(member.person for member in self.team)
        return identity_of(project=self.project, people=people)


class ProjectPlan(Value):
    """Everything kickoff is going to set up in the PM, decided before any of it is done."""

    deal: DealId
    name: str
    customer: str
    url: str
    start: date
    end: date
    scope: str
    milestones: tuple[Milestone, ...]
    packages: tuple[WorkPackage, ...]
    budget: tuple[BudgetLine, ...]
    team: tuple[TeamMember, ...]
    stakeholders: tuple[Stakeholder, ...]
    sla: tuple[SlaMetric, ...]

    @property
    def subject(self) -> Subject:
        return Subject(self.deal)

    def opening(self) -> OpenProject:
        return OpenProject(
            subject=self.subject,
            deal=self.deal,
            name=self.name,
            customer=self.customer,
            url=self.url,
            start=self.start,
            end=self.end,
        )

    def charter(self, project: ExternalId, *, is_closed: bool = False) -> WriteCharter:
        return WriteCharter(
            subject=Subject(f"{self.deal}:closed") if is_closed else self.subject,
            deal=self.deal,
            project=project,
            scope=self.scope,
            budget=self.budget,
            sla=self.sla,
            stakeholders=self.stakeholders,
            team=self.team,
            start=self.start,
            end=self.end,
            is_closed=is_closed,
        )

    def milestone_plan(self, project: ExternalId) -> PlanMilestones:
        return PlanMilestones(
            subject=self.subject,
            deal=self.deal,
            project=project,
            start=self.start,
            milestones=self.milestones,
        )

    def work(self, project: ExternalId, versions: dict[str, str]) -> PlanWork:
        return PlanWork(
            subject=self.subject,
            deal=self.deal,
            project=project,
            milestones=self.milestones,
            packages=self.packages,
            versions=versions,
        )

    def staffing(self, project: ExternalId) -> StaffProject:
        return StaffProject(subject=self.subject, deal=self.deal, project=project, team=self.team)


def plan_project(contract: Contract, policy: Policy) -> ProjectPlan:
    """Return the project plan that the contract's template describes."""
    return ProjectPlan(
        deal=contract.deal,
        name=contract.name,
        customer=contract.account.name,
        url=contract.url,
        start=contract.start,
        end=contract.end,
        scope=contract.scope,
        milestones=tuple(_milestones(contract)),
        packages=tuple(_work_packages(contract)),
        budget=_budget(contract),
        team=_team(contract, policy),
        stakeholders=tuple(_stakeholders(contract.stakeholders)),
        sla=contract.sla,
    )


def _milestones(contract: Contract) -> Iterator[Milestone]:
    """Yield the milestones; one without a date is planned for the end of the project."""
    for line, arrangement, _ in contract.milestones():
        yield Milestone(
            key=arrangement.milestone, name=line.name, due=arrangement.due or contract.end
        )


def planned_hours(lines: Iterable[QuoteLine]) -> Decimal:
    """Sum the hours of work; a line that does not tell its hours has none."""
    return sum((line.planned_hours or Decimal(0) for line in lines), start=Decimal(0))


def _work_packages(contract: Contract) -> Iterator[WorkPackage]:
    """Split the hours as the money: they add up to the hours sold, exactly."""
    hours = planned_hours(contract.quote)
    planned = [
        (line, arrangement.milestone, phase, value.amount * phase.share)
        for line, arrangement, value in contract.milestones()
        for phase in TEMPLATES[contract.template].phases
    ]
    unit = min(_CENTIHOUR, last_digit(hours))
    parts = allocate(hours, [weight for *_, weight in planned], unit)
    for (line, milestone, phase, _), part in zip(planned, parts, strict=True):
        yield WorkPackage(
            key=f"{milestone}.{slug_of(phase.name)}",
            milestone=milestone,
            name=f"{line.name}: {phase.name}",
            hours=part,
        )


def _budget(contract: Contract) -> tuple[BudgetLine, ...]:
    return tuple(
        BudgetLine(
            cost_type=cost_type,
            hours=planned_hours(lines),
            amount=Money.total((line.amount for line in lines), contract.value.currency),
        )
        for cost_type in CostType
        if (lines := [line for line in contract.quote if line.cost_type is cost_type])
    )


def _team(contract: Contract, policy: Policy) -> tuple[TeamMember, ...]:
    people = policy.staffing.people
    roles = TEMPLATES[contract.template].roles
    return tuple(TeamMember(role=role, person=people[role]) for role in roles if role in people)


def _stakeholders(contacts: tuple[Contact, ...]) -> Iterator[Stakeholder]:
    for contact in contacts:
        if contact.role:
            yield Stakeholder(role=contact.role, contact=contact.id)
