"""Writes a project's charter."""

from collections.abc import Sequence

from connectors.memory.operations.base import UPSERT
from connectors.memory.operations.project_part import ProjectPartOperation
from domain.effect import EffectKind
from domain.project import WriteCharter


class WriteCharterOperation(ProjectPartOperation[WriteCharter]):
    """A charter is written again when the project closes."""

    kind = EffectKind("pm.charter")
    idempotency = UPSERT
    name = "charter"

    def keys(self, command: WriteCharter) -> Sequence[str]:
        return []
