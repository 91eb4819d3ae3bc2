"""The requests and results of a deal's stages."""

from domain.actor import CASHWARD, Actor
from domain.contract import Contract, Policy
from domain.customer import OpenCustomer
from domain.ids import DealId, ExternalId, Subject
from domain.money import Money
from domain.project import ProjectPlan
from domain.stage import Stage
from domain.value import Value
from domain.write_back import WriteBack


class HandoffRequest(Value):
    """The request to hand a deal off under a policy."""

    deal: DealId
    policy: Policy


class HandoffResult(Value):
    """A complete contract and its customer in the ERP; None opens a new one."""

    contract: Contract
    existing_customer: ExternalId | None


class StageAborted(Value):
    """A person decided not to go on; what was done is undone."""

    reason: str
    by: Actor = CASHWARD
    """Histories of before this field name nobody."""


class Customer(Value):
    """A customer in the ERP."""

    id: ExternalId
    url: str


class Project(Value):
    """A project in the PM: its id there, its key for people, and its milestones' ids by charge."""

    id: ExternalId
    key: str
    url: str
    milestones: dict[str, ExternalId] = {}


class EnsureCustomer(Value):
    """The order to open a customer, unless it is an existing one."""

    opening: OpenCustomer
    existing: ExternalId | None


class PlannedProject(Value):
    """A project that is open, and the plan to fill it with."""

    plan: ProjectPlan
    project: Project


class Kickoff(Value):
    """Everything kickoff is going to set up, decided before any of it is done."""

    customer: EnsureCustomer
    plan: ProjectPlan
    value: Money

    def linking(self, project: Project) -> WriteBack:
        """Return the write-back of the project's link and the contracted value."""
        nothing = Money.zero(self.value.currency)
        return WriteBack(
            subject=Subject(f"{self.plan.deal}:link"),
            deal=self.plan.deal,
            stage=Stage.DELIVERY,
            contracted=self.value,
            **dict.fromkeys(("billed", "credited", "paid", "outstanding"), nothing),
            project=project.key,
            project_url=project.url,
            attention="",
        )

    def unlinking(self) -> WriteBack:
        """Return the write-back to undo, whatever project it named."""
        return WriteBack(subject=Subject(f"{self.plan.deal}:link"), deal=self.plan.deal)


class KickoffResult(Value):
    """The result of kickoff."""

    customer: Customer
    project: Project


def plan_kickoff(handed: HandoffResult, plan: ProjectPlan) -> Kickoff:
    contract = handed.contract
    opening = OpenCustomer(
        key=contract.customer,
        deal=contract.deal,
        account=contract.account,
        billing_email=contract.billing_email,
        currency=contract.value.currency,
    )
    return Kickoff(
        customer=EnsureCustomer(opening=opening, existing=handed.existing_customer),
        plan=plan,
        value=contract.value,
    )
