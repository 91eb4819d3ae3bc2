"""Steps in the project system."""

from collections.abc import Sequence

from temporalio import activity

from activities.effects import Effects
from domain.ids import DealId, ExternalId
from domain.kickoff import PlannedProject, Project
from domain.project import ProjectPlan
from domain.value import Value
from ports.failures import Absent
from ports.pm import MilestoneProgress, Pm


class ReadMilestones(Value):
    """Which project's milestones to read."""

    deal: DealId
    project: ExternalId


class PmActivities:
    """Sets up projects, reads their progress, closes or undoes them."""

    def __init__(self, pm: Pm, effects: Effects) -> None:
        self._pm = pm
        self._effects = effects

    @activity.defn(name="pm.open_project")
    async def open_project(self, plan: ProjectPlan) -> Project:
        """Open the project with its charter, so that nobody sees it without its terms."""
        made = await self._effects.execute(self._pm.open_project, plan.opening())
        await self._effects.execute(self._pm.write_charter, plan.charter(made.id))
        return Project(id=made.id, key=made.parts.get("key", made.id), url=made.url)

    @activity.defn(name="pm.plan_project")
    async def plan_project(self, planned: PlannedProject) -> Project:
        """Add milestones, work breakdown and team to the project."""
        plan, project = planned.plan, planned.project
        made = await self._effects.execute(
            self._pm.plan_milestones, plan.milestone_plan(project.id)
        )
        await self._effects.execute(self._pm.plan_work, plan.work(project.id, dict(made.parts)))
        await self._effects.execute(self._pm.staff_project, plan.staffing(project.id))
        return project.model_copy(update={"milestones": made.parts})

    @activity.defn(name="pm.record_project")
    async def record_project(self, plan: ProjectPlan) -> None:
        """Put the project and its parts on record again; each is looked for before it is made.

        Raises Absent if the project is gone.
        """
        pm = self._pm
        if not await pm.open_project.find(plan.opening()):
            raise Absent(pm.open_project.system, f"there is no project of {plan.deal}")
        opened = await self._effects.execute(pm.open_project, plan.opening(), looks_first=True)
        await self._effects.execute(pm.write_charter, plan.charter(opened.id))
        made = await self._effects.execute(
            pm.plan_milestones, plan.milestone_plan(opened.id), looks_first=True
        )
        work = plan.work(opened.id, dict(made.parts))
        await self._effects.execute(pm.plan_work, work, looks_first=True)
        staffing = plan.staffing(opened.id)
        await self._effects.execute(pm.staff_project, staffing, looks_first=True)

    @activity.defn(name="pm.undo_open_project")
    async def undo_open_project(self, plan: ProjectPlan) -> None:
        """Undo the project with everything in it; record each effect as gone."""
        nowhere, gone = ExternalId(""), "it went with its project"
        pm, effects = self._pm, self._effects
        await effects.abandon(pm.staff_project, plan.staffing(nowhere), reason=gone)
        await effects.abandon(pm.plan_work, plan.work(nowhere, {}), reason=gone)
        await effects.abandon(pm.plan_milestones, plan.milestone_plan(nowhere), reason=gone)
        await effects.abandon(pm.write_charter, plan.charter(nowhere), reason=gone)
        await effects.undo(pm.open_project, plan.opening(), reason="the deal was cancelled")

    @activity.defn(name="pm.close_project")
    async def close_project(self, planned: PlannedProject) -> None:
        """Mark the project closed; it stays, since something was invoiced for it."""
        charter = planned.plan.charter(planned.project.id, is_closed=True)
        await self._effects.execute(self._pm.write_charter, charter)

    @activity.defn(name="pm.read_milestones")
    async def read_milestones(self, asked: ReadMilestones) -> Sequence[MilestoneProgress]:
        await self._effects.require_account(self._pm.open_project, asked.deal)
        return await self._pm.read_milestones(asked.deal, asked.project)
