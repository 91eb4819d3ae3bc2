"""Rows of a bulk create: an epic for each milestone and an issue for each work package."""

from collections.abc import Sequence
from typing import Any, Final

from connectors.common.project_parts import one_line
from connectors.jira.models.issues import BulkResult, FailedRow
from connectors.jira.models.project import PROPERTY
from domain.ids import ExternalId
from domain.project import Milestone, PlanWork, WorkPackage

Row = dict[str, Any]

# The screen of a template may lack these fields; our property holds an estimate too.
OPTIONAL_FIELDS: Final = frozenset({"duedate", "timetracking"})
# The longest summary, docs/rest/issues
_LONGEST_SUMMARY = 255


def milestone_row(command: PlanWork, milestone: Milestone, type_: str, reference: str) -> Row:
    fields: dict[str, Any] = {
        **_fields(command, milestone.name, type_, milestone.key),
        "description": _document(f"Milestone {milestone.key}, planned for {milestone.due}."),
        "duedate": milestone.due,
    }
    return _row(reference, fields)


def package_row(
    command: PlanWork, work: WorkPackage, type_: str, parent: ExternalId, reference: str
) -> Row:
    fields: dict[str, Any] = {
        **_fields(command, work.name, type_, work.milestone),
        "parent": {"id": parent},
    }
    if work.hours:
        fields["timetracking"] = {"originalEstimate": f"{round(work.hours * 60)}m"}
    return _row(reference, fields, hours=str(work.hours))


def without_refused_fields(row: Row, failed: FailedRow) -> Row:
    refused = OPTIONAL_FIELDS & failed.error.errors.keys()
    return row | {"fields": {name: v for name, v in row["fields"].items() if name not in refused}}


def created(keys: Sequence[str], bulk: BulkResult) -> dict[str, ExternalId]:
    """The ids of the issues that were made, by our keys of all rows."""
    failed = {failed.row for failed in bulk.errors}
    made = [key for number, key in enumerate(keys) if number not in failed]
    return dict(zip(made, (ExternalId(issue.id) for issue in bulk.issues), strict=True))


def _fields(command: PlanWork, name: str, type_: str, milestone: str) -> dict[str, Any]:
    return {
        "project": {"id": command.project},
        "issuetype": {"id": type_},
        "summary": one_line(name, _LONGEST_SUMMARY),
        "labels": [f"cw-{milestone}"],
        "fixVersions": [{"id": command.versions[milestone]}],
    }


def _row(reference: str, fields: dict[str, Any], **more: str) -> Row:
    value = {"effect": "pm.work", "reference": reference, **more}
    return {"fields": fields, "properties": [{"key": PROPERTY, "value": value}]}


def _document(text: str) -> dict[str, Any]:
    """A paragraph in the Atlassian Document Format."""
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
    return {"type": "doc", "version": 1, "content": [paragraph]}
