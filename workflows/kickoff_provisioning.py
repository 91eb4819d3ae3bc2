"""Kickoff: the customer, the project, its plan and the link in the CRM; all of it or nothing."""

from functools import partial
from typing import TypeVar

from temporalio import workflow
from temporalio.types import MethodAsyncSingleParam

from activities.crm import CrmActivities as Crm
from activities.erp import CustomerActivities as Customers
from activities.pm import PmActivities as Pm
from domain.attention import Action
from domain.kickoff import Kickoff, KickoffResult, PlannedProject, StageAborted
from workflows.attention import Aborted, Skipped, WithAttention
from workflows.steps import Saga, Undo

S = TypeVar("S")
C = TypeVar("C")


@workflow.defn(name="kickoff-provisioning")
class KickoffProvisioning(WithAttention):
    """Sets one deal up in ERP, PM and CRM, or leaves every system as it was."""

    @workflow.init
    def __init__(self, kickoff: Kickoff) -> None:
        super().__init__(kickoff.plan.deal)

    @workflow.run
    async def run(self, kickoff: Kickoff) -> KickoffResult | StageAborted:
        try:
            return await self._all_or_nothing(kickoff)
        except Aborted as aborted:
            return StageAborted(reason=str(aborted), by=aborted.by)

    async def _all_or_nothing(self, kickoff: Kickoff) -> KickoffResult:
        customer_back, project_back, unlink = undos_of(self, kickoff)
        async with Saga() as saga:
            saga.undo_with(customer_back)
            customer = await self.attempt(
                Customers.open_customer, kickoff.customer, "Open the customer in the ERP"
            )
            saga.undo_with(project_back)
            opened = await self.attempt(Pm.open_project, kickoff.plan, "Open the project")
            project = await self.attempt(
                Pm.plan_project,
                PlannedProject(plan=kickoff.plan, project=opened),
                "Plan milestones, work and team",
            )
            saga.undo_with(unlink)
            await self.attempt(
                Crm.write_back, kickoff.linking(project), "Link the project in the CRM"
            )
        return KickoffResult(customer=customer, project=project)


def undos_of(run: WithAttention, kickoff: Kickoff) -> tuple[Undo, Undo, Undo]:
    """Return a kickoff's undos in the order it was done: customer, project, link."""

    def undo(activity: MethodAsyncSingleParam[S, C, None], command: C, summary: str) -> Undo:
        return partial(_until_undone, run, activity, command, summary)

    return (
        undo(Customers.undo_open_customer, kickoff.customer, "Take the customer back"),
        undo(Pm.undo_open_project, kickoff.plan, "Take the project back"),
        undo(Crm.undo_write_back, kickoff.unlinking(), "Unlink the project in the CRM"),
    )


async def _until_undone(
    run: WithAttention, activity: MethodAsyncSingleParam[S, C, None], command: C, summary: str
) -> None:
    """Repeat an undo until it is done, or until a person decides to leave it."""
    try:
        await run.attempt(activity, command, summary, verbs=(Action.RETRY, Action.SKIP))
    except Skipped as skipped:
        workflow.logger.warning("an undo was skipped: %s", skipped)
