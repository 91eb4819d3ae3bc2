"""Plans the work."""

from collections.abc import Sequence

from connectors.memory.operations.project_part import ProjectPartOperation
from domain.effect import EffectKind
from domain.project import PlanWork


class PlanWorkOperation(ProjectPartOperation[PlanWork]):
    """Each work package has a key."""

    kind = EffectKind("pm.work")
    name = "work"

    def keys(self, command: PlanWork) -> Sequence[str]:
        return [package.key for package in command.packages]
