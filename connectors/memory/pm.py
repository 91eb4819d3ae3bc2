"""A project system in memory: reads milestones and booked time."""

from collections.abc import Sequence

from connectors.common import capabilities
from connectors.memory.operations.open_project import OpenProjectOperation
from connectors.memory.operations.plan_milestones import PlanMilestonesOperation
from connectors.memory.operations.plan_work import PlanWorkOperation
from connectors.memory.operations.staff_project import StaffProjectOperation
from connectors.memory.operations.write_charter import WriteCharterOperation
from connectors.memory.setup import probe
from connectors.memory.world import MemoryWorld, Project
from domain.ids import DealId, ExternalId
from domain.timesheet import TimeEntry
from ports.pm import MilestoneProgress
from ports.probe import Probe


class MemoryPm:
    """Projects by their deal."""

    def __init__(self, world: MemoryWorld) -> None:
        self._world = world
        self.open_project = OpenProjectOperation(world)
        self.write_charter = WriteCharterOperation(world)
        self.plan_milestones = PlanMilestonesOperation(world)
        self.plan_work = PlanWorkOperation(world)
        self.staff_project = StaffProjectOperation(world)
        self.capabilities = capabilities(
            self.open_project,
            self.write_charter,
            self.plan_milestones,
            self.plan_work,
            self.staff_project,
        )

    async def read_milestones(
        self, deal: DealId, project: ExternalId
    ) -> Sequence[MilestoneProgress]:
        return self._world.respond(lambda: _progress(self._world.project(project)))

    async def read_time(self, deal: DealId, project: ExternalId) -> Sequence[TimeEntry]:
        return self._world.respond(
            lambda: sorted(self._world.project(project).booked, key=lambda each: each.day)
        )

    async def probe(self) -> Probe:
        return probe(self._world)


def _progress(project: Project) -> Sequence[MilestoneProgress]:
    return [
        MilestoneProgress(
            item=item, external=project.id_of(item), is_reached=item in project.reached
        )
        for item in project.items
    ]
