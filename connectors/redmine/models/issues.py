"""Issues, which are work packages in Redmine's terms, and the time booked on them."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import Field

from connectors.common.project_parts import one_line
from connectors.redmine.models.records import Named, Record
from domain.ids import ExternalId
from domain.project import Milestone, PlanWork, WorkPackage
from domain.timesheet import TimeEntry

# The longest subject: Redmine source, app/models/issue.rb
_LONGEST_SUBJECT = 255


class Issue(Record):
    """An issue as it is read. `spent` is missing where we may not see the project's time."""

    project: Named
    parent: Named | None = None
    spent: Decimal | None = Field(None, alias="spent_hours")
    children: list[Named] = []


class BookedTime(Record):
    """A time entry as it is read."""

    project: Named
    issue: Named | None = None
    user: Named
    hours: Decimal
    day: date = Field(alias="spent_on")

    def to_entry(self, package: str, *, is_approved: bool) -> TimeEntry:
        return TimeEntry(
            id=ExternalId(str(self.id)),
            person=str(self.user.id),
            day=self.day,
            hours=self.hours,
            package=package,
            is_approved=is_approved,
        )

    def package(self, issues: Mapping[int, Issue], key_of: Callable[[Issue], str]) -> str:
        """The key of its issue, or of the nearest issue above it that is ours."""
        above = self.issue
        while above and (issue := issues.get(above.id)):
            if key := key_of(issue):
                return key
            above = issue.parent
        return ""


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
