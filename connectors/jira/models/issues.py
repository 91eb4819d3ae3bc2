"""Issues, and the response to a bulk create."""

from typing import Any

from pydantic import BaseModel, Field

from connectors.jira.models.error import ErrorBody
from connectors.jira.models.project import PROPERTY
from domain.ids import ExternalId


class ProjectReference(BaseModel):
    """The project of an issue."""

    id: str


class IssueFields(BaseModel):
    """The fields that were asked for."""

    project: ProjectReference | None = None


class Issue(BaseModel):
    """An issue with our property."""

    id: str
    key: str
    fields: IssueFields = IssueFields()
    properties: dict[str, Any] = {}

    @property
    def project(self) -> ExternalId:
        """The id of its project, if that was asked for."""
        return ExternalId(self.fields.project.id if self.fields.project else "")

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
