"""A project's charter: the description that people read, and the property that programs read."""

import hashlib
from typing import Any

from connectors.common.charter import CLOSED
from domain.project import BudgetLine, WriteCharter


def description(command: WriteCharter) -> str:
    """The charter in words. Jira has no field for a budget."""
    budget = "; ".join(
        f"{line.cost_type} {line.amount}" + (f" ({line.hours} h)" if line.hours else "")
        for line in command.budget
    )
    sla = "; ".join(f"{metric.metric}: {metric.target}" for metric in command.sla)
    parts = (
        CLOSED if command.is_closed else "",
        command.scope,
        f"From {command.start} to {command.end}. Deal {command.deal}.",
        f"Budget: {budget}.",
        f"SLA: {sla}." if sla else "",
        "Contract terms are kept in the CRM; change them there.",
    )
    return "\n".join(part for part in parts if part)


def property_value(command: WriteCharter, reference: str) -> dict[str, Any]:
    return {
        "schema": 1,
        "words": text_hash(description(command)),
        "reference": reference,
        "deal": command.deal,
        "status": "closed" if command.is_closed else "open",
        "start": command.start,
        "end": command.end,
        "budget": [_budget(line) for line in command.budget],
        "sla": [metric.model_dump() for metric in command.sla],
        "stakeholders": [person.model_dump() for person in command.stakeholders],
        "team": [member.model_dump() for member in command.team],
    }


def text_hash(text: str) -> str:
    """Hash the words of a text, whatever the white space between them."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def _budget(line: BudgetLine) -> dict[str, str]:
    return {
        "costType": line.cost_type,
        "hours": str(line.hours),
        "amount": str(line.amount.amount),
        "currency": line.amount.currency,
    }
