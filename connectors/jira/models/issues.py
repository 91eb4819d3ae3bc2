"""Issues, their worklogs, and the response to a bulk create."""

from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field

from connectors.jira.models.access import Account
from connectors.jira.models.error import ErrorBody
from connectors.jira.models.project import PROPERTY
from domain.ids import ExternalId
from domain.timesheet import TimeEntry

_SECONDS_PER_HOUR = 3600


class Worklog(BaseModel):
    """Time booked on an issue. `started` is in our account's time zone; an author may be gone."""

    id: str
    author: Account | None = None
    started: str
    seconds: int = Field(alias="timeSpentSeconds")

    def to_entry(self, package: str) -> TimeEntry:
        """Jira has no approval of time, so none of it is approved."""
        return TimeEntry(
            id=ExternalId(self.id),
            person=self.author.id if self.author else "",
            day=date.fromisoformat(self.started[:10]),
            hours=round(Decimal(self.seconds) / _SECONDS_PER_HOUR, 4),
            package=package,
        )


class Worklogs(BaseModel):
    """A page of an issue's worklogs."""

    total: int = 0
    worklogs: list[Worklog] = []


class IssueFields(BaseModel):
    """The fields that were asked for."""

    worklog: Worklogs = Worklogs()


class Issue(BaseModel):
    """An issue with our property."""

    id: str
    key: str
    fields: IssueFields = IssueFields()
    properties: dict[str, Any] = {}

    @property
    def reference(self) -> str:
        """The reference in our property."""
        ours = self.properties.get(PROPERTY)
        return str(ours.get("reference", "")) if isinstance(ours, dict) else ""

    def number_in(self, project: str) -> int:
        """The number in its key; 0 if it moved to another project."""
        home, _, number = self.key.rpartition("-")
        return int(number) if home == project else 0


class CreatedIssue(BaseModel):
    """An issue that a bulk create made."""

    id: str


class FailedRow(BaseModel):
    """A row that a bulk create refused, by its place in the request."""

    row: int = Field(alias="failedElementNumber")
    error: ErrorBody = Field(alias="elementErrors")


class BulkResult(BaseModel):
    """201 with errors is a partial failure; `issues` keep the order of the rows that passed."""

    issues: list[CreatedIssue]
    errors: list[FailedRow] = []

    @property
    def text(self) -> str:
        return next((failed.error.text for failed in self.errors), "")[:300]
