"""Staffs a project."""

from collections.abc import Sequence

from connectors.memory.operations.project_part import ProjectPartOperation
from connectors.memory.world import SYSTEM
from domain.effect import EffectKind
from domain.project import StaffProject
from ports.failures import Rejected


class StaffProjectOperation(ProjectPartOperation[StaffProject]):
    """People have no key of ours, but the PM has to know each of them."""

    kind = EffectKind("pm.team")
    name = "team"

    def keys(self, command: StaffProject) -> Sequence[str]:
        for member in command.team:
            if member.person in self.world.unknown_people:
                raise Rejected(SYSTEM, f"nobody is called {member.person!r}")
        return []
