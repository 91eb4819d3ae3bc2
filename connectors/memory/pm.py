"""A project system in memory: reads milestones, and what was booked, edited or deleted."""

from collections.abc import Sequence
from datetime import datetime

from connectors.common import References, capabilities
from connectors.memory.operations.open_project import OpenProjectOperation
from connectors.memory.operations.plan_milestones import PlanMilestonesOperation
from connectors.memory.operations.plan_work import PlanWorkOperation
from connectors.memory.operations.staff_project import StaffProjectOperation
from connectors.memory.operations.write_charter import WriteCharterOperation
from connectors.memory.setup import probe
from connectors.memory.world import MemoryWorld, Project
from domain.ids import DealId, ExternalId
from domain.timesheet import TimeChanges, TimeEntry
from ports.pm import KnownTime, MilestoneProgress
from ports.probe import Probe


class MemoryPm:
    """Projects by their deal."""

    def __init__(self, world: MemoryWorld, references: References) -> None:
        self._world = world
        self._references = references
        self.open_project = OpenProjectOperation(world, references)
        self.write_charter = WriteCharterOperation(world, references)
        self.plan_milestones = PlanMilestonesOperation(world, references)
        self.plan_work = PlanWorkOperation(world, references)
        self.staff_project = StaffProjectOperation(world, references)
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
        return self._world.respond(lambda: self._progress(deal, self._world.project(project)))

    async def time_since(self, since: datetime, known: KnownTime) -> TimeChanges:
        del known  # it tells by itself what was deleted
        return self._world.respond(lambda: self._changes(since))

    async def probe(self) -> Probe:
        return probe(self._world)

    def _progress(self, deal: DealId, project: Project) -> Sequence[MilestoneProgress]:
        return [
            MilestoneProgress(
                milestone=key,
                external=project.id_of(key),
                is_reached=key in project.reached,
            )
            for key in project.milestones
            if self._is_ours(deal, project)
        ]

    def _changes(self, since: datetime) -> TimeChanges:
        entries = [each for each in self._world.booked.values() if each.changed_at >= since]
        deleted = {each: at for each, at in self._world.unbooked.items() if at >= since}
        moments = [*(each.changed_at for each in entries), *deleted.values()]
        return TimeChanges(
            entries=tuple(map(self._ours, entries)),
            deleted=tuple(deleted),
            until=max(moments, default=since),
        )

    def _ours(self, entry: TimeEntry) -> TimeEntry:
        """Return the entry with our subject in the place of a reference."""
        return entry.model_copy(update={"work": self._references.subject(entry.work)})

    def _is_ours(self, deal: DealId, project: Project) -> bool:
        reference = self._world.references.get(project.id, "")
        return project.opening.deal == deal and self._references.owns(reference)
