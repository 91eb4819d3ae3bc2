"""The system where projects are run."""

from collections.abc import Sequence
from typing import Protocol

from domain.ids import DealId, ExternalId, MilestoneKey
from domain.project import OpenProject, PlanMilestones, PlanWork, StaffProject, WriteCharter
from domain.timesheet import TimeEntry
from domain.value import Value
from ports.capability import Capability
from ports.operation import Operation
from ports.probe import Probe


class MilestoneProgress(Value):
    """A milestone as the PM has it: whether it was reached, and its id there."""

    milestone: MilestoneKey
    external: ExternalId
    is_reached: bool


class Pm(Protocol):
    """Opens, charters, plans and staffs a project, each by an operation of its own.

    The undo of `open_project` deletes it with all its parts; a closed project has a charter that
    says so. The other commands' `project` is Receipt.id of `open_project`. Receipt.parts maps
    milestone key → id in `plan_milestones`, and work package key → id in `plan_work`.
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
        """Read our milestones in this project, fresh. Raises Absent if the project is gone."""
        ...

    async def read_time(self, deal: DealId, project: ExternalId) -> Sequence[TimeEntry]:
        """Read all time booked on this project, oldest day first. Raises Absent if it is gone."""
        ...

    async def probe(self) -> Probe: ...
