"""Versions, which are milestones in Redmine's terms."""

from collections.abc import Iterable, Iterator
from typing import Any

from connectors.redmine.models.records import Named, Record
from domain.ids import ExternalId, MilestoneKey
from domain.project import Milestone, PlanMilestones
from ports.pm import MilestoneProgress

# Version::VERSION_STATUSES, Redmine source, app/models/version.rb
_OPEN, _CLOSED = "open", "closed"


class Version(Record):
    """A version as it is read."""

    project: Named
    status: str = _OPEN


def new_version(
    command: PlanMilestones, milestone: Milestone, name: str, key: list[dict[str, Any]]
) -> dict[str, Any]:
    version = {
        "name": name,
        "due_date": max(milestone.due, command.start),
        "sharing": "none",
        "status": _OPEN,
        "custom_fields": key,
    }
    return {"version": version}


def to_progress(versions: Iterable[tuple[str, Version]]) -> Iterator[MilestoneProgress]:
    """A milestone is reached when its version is closed; of two versions the older counts."""
    seen: set[str] = set()
    for key, version in versions:
        if key not in seen:
            yield MilestoneProgress(
                milestone=MilestoneKey(key),
                external=ExternalId(str(version.id)),
                is_reached=version.status == _CLOSED,
            )
        seen.add(key)
