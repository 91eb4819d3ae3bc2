"""A task for the owner of a deal, as BottleCRM stores it."""

from datetime import datetime
from typing import Any, Final

from connectors.bottlecrm.models.account import BottlecrmModel
from connectors.common.field_definitions import KEY
from connectors.common.transport import Query
from domain.owner_task import OwnerTask

# Values of Task.status and the longest Task.title, BottleCRM source: tasks/models.py
COMPLETED: Final = {"status": "Completed"}
_LONGEST_TITLE = 200
_PAGE = 100


class Task(BottlecrmModel):
    """A task in a list."""

    id: str
    created_at: datetime


def new_task(command: OwnerTask, reference: str, deal: str, owner: str) -> dict[str, Any]:
    return {
        "title": command.title[:_LONGEST_TITLE],
        "description": command.body,
        "status": "New",
        "priority": "High",
        "due_date": command.due,
        "opportunity": deal,
        "assigned_to": [owner] if owner else [],
        "custom_fields": {KEY: reference},
    }


def tasks_query(reference: str, deal: str) -> Query:
    """Finds the tasks with our reference; `slim` leaves out what belongs to them."""
    return {f"cf_{KEY}": reference, "opportunity": deal, "slim": "true", "limit": _PAGE}
