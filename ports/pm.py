"""The system where projects are run."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from domain.ids import DealId, ExternalId, MilestoneKey
from domain.project import OpenProject, PlanMilestones, PlanWork, StaffProject, WriteCharter
from domain.timesheet import TimeChanges
from domain.value import Value
from ports.capability import Capability
from ports.operation import Operation
from ports.probe import Probe

KnownTime = Callable[[date], Awaitable[Mapping[ExternalId, bool]]]
"""Returns the time entries on record of this day and later, and whether the PM approved them."""


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

    async def time_since(self, since: datetime, known: KnownTime) -> TimeChanges:
        """Read what was booked, edited or deleted in all projects since then, in few calls.

        A PM that does not say what was deleted or approved compares what it has with what is
        `known`.
        Other people's projects are among them.
        """
        ...

    async def probe(self) -> Probe: ...
