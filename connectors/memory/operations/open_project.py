"""Opens a project."""

from collections.abc import Sequence

from connectors.memory.operations.base import MemoryOperation
from connectors.memory.world import Project
from domain.effect import EffectKind, Receipt
from domain.project import OpenProject


class OpenProjectOperation(MemoryOperation[OpenProject]):
    """A deal has one project, whatever its name."""

    kind = EffectKind("pm.project")

    def create(self, command: OpenProject) -> Receipt:
        project = Project(id=self.world.next_id("P"), opening=command)
        self.world.projects[project.id] = project
        return project.receipt()

    def existing(self, command: OpenProject) -> Sequence[Receipt]:
        projects = self.world.projects
        return [projects[each].receipt() for each in self.ours(projects, command)]

    def remove(self, command: OpenProject, receipt: Receipt) -> None:
        self.world.projects.pop(receipt.id, None)
