"""Plans milestones."""

from collections.abc import Sequence

from connectors.memory.operations.project_part import ProjectPartOperation
from domain.effect import EffectKind
from domain.project import PlanMilestones


class PlanMilestonesOperation(ProjectPartOperation[PlanMilestones]):
    """Each milestone has a key."""

    kind = EffectKind("pm.milestones")
    name = "milestones"

    def keys(self, command: PlanMilestones) -> Sequence[str]:
        return [milestone.key for milestone in command.milestones]
