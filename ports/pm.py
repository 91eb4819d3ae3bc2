"""The system where projects are run."""

from collections.abc import Sequence
from typing import Protocol

from domain.ids import DealId, ExternalId, ItemKey
from domain.project import OpenProject, PlanMilestones, PlanWork, StaffProject, WriteCharter
from domain.timesheet import TimeEntry
from domain.value import Value
from ports.capability import Capability
from ports.operation import Operation
from ports.probe import Probe


class MilestoneProgress(Value):
    """A milestone as the PM has it: whether it was reached, and its id there."""

    item: ItemKey
    external: ExternalId
    is_reached: bool


class Pm(Protocol):
    """A project is opened, chartered, planned and staffed by changes of their own.

    `project` makes it and takes it away with all its parts; a closed project is a charter that
    says so. Made.id of `project` is what the other commands call `project`. `milestones` answers
    parts: item key → id; `work` answers parts: work package key → id.
    """

    @property
    def capabilities(self) -> frozenset[Capability]: ...
    @property
    def open_project(self) -> Operation[OpenProject]: ...
    @property
    def write_charter(self) -> Operation[WriteCharter]: ...
    @property
    def plan_milestones(self) -> Operation[PlanMilestones]: ...
    @property
    def plan_work(self) -> Operation[PlanWork]: ...
    @property
    def staff_project(self) -> Operation[StaffProject]: ...

    async def read_milestones(
        self, deal: DealId, project: ExternalId
    ) -> Sequence[MilestoneProgress]:
        """The milestones of ours in this project, fresh. Raises Absent if the project is gone."""
        ...

    async def read_time(self, deal: DealId, project: ExternalId) -> Sequence[TimeEntry]:
        """All time booked on this project, oldest day first. Raises Absent if it is gone."""
        ...

    async def probe(self) -> Probe: ...
