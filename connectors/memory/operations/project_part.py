"""Writes a part of a project: its charter, milestones, work or team."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, TypeVar

from connectors.memory.operations.base import MemoryOperation
from connectors.memory.world import Part
from domain.effect import Receipt

P = TypeVar("P", bound=Part)


class ProjectPartOperation(MemoryOperation[P]):
    """A second command replaces the part of the first."""

    name: ClassVar[str]

    @abstractmethod
    def keys(self, command: P) -> Sequence[str]:
        """Our keys of what the part holds. Raises Rejected for a command that cannot be done."""

    def create(self, command: P) -> Receipt:
        project = self.world.project(command.project)
        receipt = project.receipt(self.keys(command))
        project.parts[self.name] = command
        return receipt

    def existing(self, command: P) -> Sequence[Receipt]:
        projects = self.world.projects
        return [
            projects[project].receipt(self.keys(command))
            for project in self.ours(projects, command)
            if project == command.project and projects[project].parts.get(self.name) == command
        ]

    def remove(self, command: P, receipt: Receipt) -> None:
        if self.existing(command):
            del self.world.project(receipt.id).parts[self.name]
