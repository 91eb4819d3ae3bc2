"""The rows of a bulk: issues as we ask for them, each with our key in it."""

from typing import Any

from connectors.jira.wire import PROPERTY, Bulk, Failed, document
from domain.billing import BillableItem
from domain.ids import ExternalId
from domain.project import PlanWork, WorkPackage

Row = dict[str, Any]

# Fields that the screen of a template may lack; an estimate is in our property too.
OPTIONAL = frozenset({"duedate", "timetracking"})


def summary(command: PlanWork, item: BillableItem, kind: str) -> Row:
    """The epic that a milestone's work hangs under."""
    fields: dict[str, Any] = {
        **_fields(command, item.name, kind, item.key),
        "description": document(f"Milestone {item.key}, planned for {item.due}."),
        "duedate": item.due,
    }
    return _issue(command, item.key, fields)


def package(command: PlanWork, work: WorkPackage, kind: str, there: dict[str, ExternalId]) -> Row:
    fields: dict[str, Any] = {
        **_fields(command, work.name, kind, work.milestone),
        "parent": {"id": there[subject(command, work.milestone)]},
    }
    if work.hours:
        fields["timetracking"] = {"originalEstimate": f"{round(work.hours * 60)}m"}
    return _issue(command, work.key, fields, hours=str(work.hours))


def _fields(command: PlanWork, name: str, kind: str, milestone: str) -> dict[str, Any]:
    return {
        "project": {"id": command.project},
        "issuetype": {"id": kind},
        "summary": " ".join(name.split())[:255],
        "labels": [f"cw-{milestone}"],
        "fixVersions": [{"id": command.versions[milestone]}],
    }


def _issue(command: PlanWork, key: str, fields: dict[str, Any], **more: str) -> Row:
    value = {"effect": "pm.work", "subject": subject(command, key), **more}
    return {"fields": fields, "properties": [{"key": PROPERTY, "value": value}]}


def subject(command: PlanWork, key: str) -> str:
    return f"{command.deal}:{key}"


def subject_of(issue: Row) -> str:
    return str(issue["properties"][0]["value"]["subject"])


def without(row: Row, failed: Failed) -> Row:
    lacking = OPTIONAL & failed.why.errors.keys()
    return row | {"fields": {name: v for name, v in row["fields"].items() if name not in lacking}}


def ids(rows: list[Row], bulk: Bulk) -> dict[str, ExternalId]:
    failed = {failed.row for failed in bulk.errors}
    passed = [row for number, row in enumerate(rows) if number not in failed]
    ids = (ExternalId(issue.id) for issue in bulk.issues)
    return dict(zip(map(subject_of, passed), ids, strict=True))
