"""Issues, which are work packages in Redmine's terms."""

from decimal import Decimal
from typing import Any

from pydantic import Field

from connectors.common.project_parts import one_line
from connectors.redmine.models.records import Named, Record
from domain.ids import ExternalId
from domain.project import Milestone, PlanWork, WorkPackage

# The longest subject: Redmine source, app/models/issue.rb
_LONGEST_SUBJECT = 255


class Issue(Record):
    """An issue as it is read. `spent` is missing where we may not see the project's time."""

    project: Named
    parent: Named | None = None
    spent: Decimal | None = Field(None, alias="spent_hours")
    children: list[Named] = []


def milestone_issue(command: PlanWork, milestone: Milestone, tracker: int) -> dict[str, Any]:
    return _issue(command, milestone.name, milestone.key, tracker)


def package_issue(
    command: PlanWork, work: WorkPackage, tracker: int, parent: ExternalId
) -> dict[str, Any]:
    place = {"parent_issue_id": int(parent), "estimated_hours": work.hours or None}
    return _issue(command, work.name, work.milestone, tracker) | place


def _issue(command: PlanWork, name: str, milestone: str, tracker: int) -> dict[str, Any]:
    return {
        "project_id": int(command.project),
        "tracker_id": tracker,
        "subject": one_line(name, _LONGEST_SUBJECT),
        "fixed_version_id": int(command.versions[milestone]),
    }
