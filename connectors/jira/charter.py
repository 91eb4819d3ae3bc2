"""The change that writes a project's charter: for machines in a property, for people in words."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from connectors.jira.wire import PROPERTY
from connectors.kit import Api
from domain.effect import EffectKind, Made, Repeat
from domain.project import BudgetLine, WriteCharter
from ports.change import Ticket
from ports.failures import Absent

_KIND = EffectKind("pm.charter")


@dataclass(frozen=True)
class CharterChange:
    """Whole values, so that writing twice is writing once. A project has no field for a budget."""

    site: Api
    repeat: Repeat
    kind: EffectKind = _KIND
    reopens: bool = False

    @property
    def system(self) -> str:
        return self.site.system

    async def make(self, command: WriteCharter, ticket: Ticket) -> Made:
        del ticket
        await self.site.put(
            "/project/{}/properties/{}", command.project, PROPERTY, body=_value(command)
        )
        words = {"description": _words(command)}
        await self.site.put("/project/{}", command.project, body=words)
        return Made(id=command.project)

    async def find(self, command: WriteCharter) -> Sequence[Made]:
        del command
        return ()

    async def take_back(self, command: WriteCharter, made: Made) -> None:
        del made
        with suppress(Absent):
            await self.site.delete("/project/{}/properties/{}", command.project, PROPERTY)


def _value(command: WriteCharter) -> dict[str, Any]:
    return {
        "schema": 1,
        "deal": command.deal,
        "status": "closed" if command.is_closed else "open",
        "start": command.start,
        "end": command.end,
        "budget": [_budget(line) for line in command.budget],
        "sla": [metric.model_dump() for metric in command.sla],
        "stakeholders": [person.model_dump() for person in command.stakeholders],
        "team": [member.model_dump() for member in command.team],
    }


def _budget(line: BudgetLine) -> dict[str, str]:
    return {
        "costType": line.cost_type,
        "hours": str(line.hours),
        "amount": str(line.amount.amount),
        "currency": line.amount.currency,
    }


def _words(command: WriteCharter) -> str:
    budget = "; ".join(
        f"{line.cost_type} {line.amount}" + (f" ({line.hours} h)" if line.hours else "")
        for line in command.budget
    )
    sla = "; ".join(f"{metric.metric}: {metric.target}" for metric in command.sla)
    parts = (
        "CLOSED: the deal was cancelled." if command.is_closed else "",
        command.scope,
        f"From {command.start} to {command.end}. Deal {command.deal}.",
        f"Budget: {budget}.",
        f"SLA: {sla}." if sla else "",
        "Contract terms are kept in the CRM; change them there.",
    )
    return "\n".join(part for part in parts if part)
