"""A task for the owner of a deal, as HubSpot stores it."""

import re
from html import escape, unescape
from typing import Any, Final

from connectors.hubspot.models.records import Record
from domain.owner_task import OwnerTask

# HubSpot association type "task to deal", docs/crm/associations
_TASK_TO_DEAL = 216
STATUS: Final = "hs_task_status"
COMPLETED: Final = {STATUS: "COMPLETED"}


def new_task(command: OwnerTask, reference: str, deal: str, owner: str) -> dict[str, Any]:
    body = f"{command.body}\n\n{reference}"
    properties = {
        # Noon UTC is the same day in every time zone of an owner.
        "hs_timestamp": f"{command.due}T12:00:00Z",
        "hs_task_subject": command.title,
        "hs_task_body": escape(body, quote=False).replace("\n", "<br>"),
        STATUS: "NOT_STARTED",
        "hs_task_type": "TODO",
    }
    task_to_deal = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": _TASK_TO_DEAL}
    return {
        "properties": properties | ({"hubspot_owner_id": owner} if owner else {}),
        "associations": [{"to": {"id": deal}, "types": [task_to_deal]}],
    }


def has_reference(task: Record, reference: str) -> bool:
    """Whether the body holds our reference as a whole word; HubSpot stores it as HTML."""
    ours = re.escape(escape(reference, quote=False))
    return bool(re.search(rf"(?<![\w:.-]){ours}(?![\w:.-])", task.text("hs_task_body")))


def reference_in(task: Record, prefix: str) -> str:
    """Return the reference in the body that begins like this; empty if there is none."""
    ours = re.escape(escape(prefix, quote=False))
    found = re.search(rf"(?<![\w:.-]){ours}[\w:.-]+", task.text("hs_task_body"))
    return unescape(found[0]) if found else ""
