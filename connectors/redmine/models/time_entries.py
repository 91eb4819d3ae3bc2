"""Time entries: time booked on an issue, or on a project as a whole."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from connectors.redmine.models.issues import Issue
from connectors.redmine.models.records import Named, Record
from domain.ids import ExternalId, Subject
from domain.timesheet import TimeEntry

_MINUTES_AN_HOUR = 60


class BookedTime(Record):
    """A time entry as it is read."""

    project: Named
    issue: Named | None = None
    user: Named
    hours: Decimal
    day: date = Field(alias="spent_on")
    changed_at: datetime = Field(alias="updated_on")

    @property
    def entry(self) -> ExternalId:
        return ExternalId(str(self.id))

    def to_entry(self, work: Subject, *, is_approved: bool) -> TimeEntry:
        """Return the entry. Redmine keeps hours of two decimals: the nearest minute was booked."""
        return TimeEntry(
            id=self.entry,
            project=ExternalId(str(self.project.id)),
            work=work,
            person=str(self.user.id),
            day=self.day,
            minutes=round(self.hours * _MINUTES_AN_HOUR),
            changed_at=self.changed_at,
            is_approved=is_approved,
        )

    def work(self, issues: Mapping[int, Issue], subject_of: Callable[[Issue], Subject]) -> Subject:
        """The subject of its issue, or of the nearest issue above it that is ours."""
        above = self.issue
        while above and (issue := issues.get(above.id)):
            if subject := subject_of(issue):
                return subject
            above = issue.parent
        return Subject("")
