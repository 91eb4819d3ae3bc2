"""A project system in memory."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from connectors.common import capabilities
from connectors.memory.change import MemoryChange
from connectors.memory.world import SYSTEM, MemoryWorld, Part, Project
from domain.effect import EffectKind, IdempotencyPolicy, Receipt, Strategy
from domain.ids import DealId, ExternalId
from domain.project import OpenProject, PlanMilestones, PlanWork, StaffProject, WriteCharter
from domain.timesheet import TimeEntry
from ports.capability import Capability
from ports.failures import Rejected
from ports.operation import Operation
from ports.pm import MilestoneProgress
from ports.probe import Probe

P = TypeVar("P", bound=Part)
Keys = Callable[[P], Sequence[str]]


class MemoryPm:
    """Projects by their deal: one deal has one, whatever its name."""

    def __init__(self, world: MemoryWorld) -> None:
        self._world = world
        self._project = MemoryChange[OpenProject](
            world=world,
            kind=EffectKind("pm.project"),
            add=self._open,
            look=self._of_deal,
            remove=self._drop,
        )
        # A charter is told anew when the project closes: the same record, another telling.
        self._charter: MemoryChange[WriteCharter] = replace(
            self._part("charter", lambda _: []),
            idempotency=IdempotencyPolicy(strategy=Strategy.UPSERT),
        )
        self._milestones: MemoryChange[PlanMilestones] = self._part(
            "milestones", lambda plan: [item.key for item in plan.milestones]
        )
        self._work: MemoryChange[PlanWork] = self._part(
            "work", lambda plan: [package.key for package in plan.packages]
        )
        self._team: MemoryChange[StaffProject] = self._part("team", self._known)

    @property
    def capabilities(self) -> frozenset[Capability]:
        return capabilities(self._project, self._charter, self._milestones, self._work, self._team)

    @property
    def open_project(self) -> Operation[OpenProject]:
        return self._project

    @property
    def write_charter(self) -> Operation[WriteCharter]:
        return self._charter

    @property
    def plan_milestones(self) -> Operation[PlanMilestones]:
        return self._milestones

    @property
    def plan_work(self) -> Operation[PlanWork]:
        return self._work

    @property
    def staff_project(self) -> Operation[StaffProject]:
        return self._team

    async def read_milestones(
        self, deal: DealId, project: ExternalId
    ) -> Sequence[MilestoneProgress]:
        del deal
        return self._world.answer(lambda: _progress(self._world.open_project(project)))

    async def read_time(self, deal: DealId, project: ExternalId) -> Sequence[TimeEntry]:
        del deal
        return self._world.answer(
            lambda: sorted(self._world.open_project(project).booked, key=lambda each: each.day)
        )

    async def probe(self) -> Probe:
        probe = Probe(system=SYSTEM, account=SYSTEM, identity="this process")
        return self._world.answer(lambda: probe)

    def _open(self, command: OpenProject) -> Receipt:
        project = Project(id=self._world.next_id("P"), opening=command)
        self._world.projects[project.id] = project
        return _made(project, [])

    def _of_deal(self, command: OpenProject) -> Sequence[Receipt]:
        projects = self._world.projects.values()
        return [_made(each, []) for each in projects if each.opening.deal == command.deal]

    def _drop(self, command: OpenProject, made: Receipt) -> None:
        del command
        self._world.projects.pop(made.id, None)

    def _known(self, staffing: StaffProject) -> Sequence[str]:
        """Nobody of the team has a key of ours, but each has to be known."""
        for member in staffing.team:
            if member.person in self._world.strangers:
                raise Rejected(SYSTEM, f"nobody is called {member.person!r}")
        return []

    def _part(self, name: str, keys: Keys[P]) -> MemoryChange[P]:
        """A part of a project: telling it anew replaces it."""

        def look(command: P) -> Sequence[Receipt]:
            project = self._world.projects.get(command.project)
            is_there = project and project.parts.get(name) == command
            return [_made(project, keys(command))] if project and is_there else []

        def add(command: P) -> Receipt:
            project = self._world.open_project(command.project)
            made = _made(project, keys(command))
            project.parts[name] = command
            return made

        def remove(command: P, made: Receipt) -> None:
            if look(command):
                del self._world.open_project(made.id).parts[name]

        kind = EffectKind(f"pm.{name}")
        return MemoryChange[P](world=self._world, kind=kind, add=add, look=look, remove=remove)


def _made(project: Project, keys: Sequence[str]) -> Receipt:
    return Receipt(id=project.id, url=project.url, parts={key: project.id_of(key) for key in keys})


def _progress(project: Project) -> Sequence[MilestoneProgress]:
    return [
        MilestoneProgress(
            item=item, external=project.id_of(item), is_reached=item in project.reached
        )
        for item in project.items
    ]
