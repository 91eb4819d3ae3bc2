"""Worklogs, which are time booked on an issue, and the feeds of those that changed."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from connectors.jira.models.access import Account
from domain.ids import ExternalId, Subject
from domain.timesheet import TimeEntry

_SECONDS_A_MINUTE = 60
# Jira writes `+0100`, docs/rest (Date formats).
_TIME = "%Y-%m-%dT%H:%M:%S.%f%z"


class WorklogChange(BaseModel):
    """A worklog that was made, edited or deleted, and when, in milliseconds."""

    id: int = Field(alias="worklogId")
    moment: int = Field(alias="updatedTime")


class Feed(BaseModel):
    """A page of changes, the oldest first; `until` is the moment of the last one."""

    values: list[WorklogChange]
    until: int
    is_last: bool = Field(alias="lastPage")


class Worklog(BaseModel):
    """Time booked on an issue. `started` is in our account's time zone; an author may be gone."""

    id: str
    issue: str = Field(alias="issueId")
    author: Account | None = None
    started: str
    updated: Annotated[
        datetime,
        BeforeValidator(lambda text: datetime.strptime(text, _TIME)),  # noqa: DTZ007 - it has %z
    ]
    seconds: int = Field(alias="timeSpentSeconds")

    def to_entry(self, project: ExternalId, work: Subject) -> TimeEntry:
        """Return the entry. Jira has no approval of time, so none of it is approved."""
        return TimeEntry(
            id=ExternalId(self.id),
            project=project,
            work=work,
            person=self.author.id if self.author else "",
            day=date.fromisoformat(self.started[:10]),
            minutes=round(self.seconds / _SECONDS_A_MINUTE),
            changed_at=self.updated,
        )
