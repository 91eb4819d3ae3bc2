"""Versions, which are milestones in Jira's terms."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel

from domain.ids import ExternalId, MilestoneKey
from domain.project import Milestone, PlanMilestones
from ports.pm import MilestoneProgress


class Version(BaseModel):
    """A version as it is read."""

    id: str
    name: str
    description: str = ""
    released: bool = False

    def milestone(self, prefix: str) -> MilestoneKey | None:
        """The milestone that follows our prefix; people may write around our reference."""
        found = re.search(rf"(?<!\S){re.escape(prefix)}([\w-]+)", self.description)
        return MilestoneKey(found[1]) if found else None


def new_version(
    command: PlanMilestones, milestone: Milestone, name: str, prefix: str
) -> dict[str, Any]:
    return {
        "name": name,
        "projectId": int(command.project),
        # A version has no properties, so its description holds our reference.
        "description": f"{prefix}{milestone.key}",
        "startDate": command.start,
        "releaseDate": max(milestone.due, command.start),
        "released": False,
    }


def to_progress(prefix: str, versions: Iterable[Version]) -> Iterator[MilestoneProgress]:
    """A milestone is reached when its version is released."""
    for version in versions:
        if milestone := version.milestone(prefix):
            yield MilestoneProgress(
                milestone=milestone, external=ExternalId(version.id), is_reached=version.released
            )
