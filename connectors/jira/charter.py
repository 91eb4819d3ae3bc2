"""The change that writes a project's charter: for machines in a property, for people in words."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from connectors.common import Api, VendorOperation
from connectors.jira.wire import PROPERTY, Project
from domain.effect import EffectKind, Receipt
from domain.project import BudgetLine, WriteCharter
from ports.failures import Absent
from ports.operation import Attempt

_KIND = EffectKind("pm.charter")
_CLOSED = "CLOSED: the deal was cancelled."


@dataclass(frozen=True)
class CharterChange(VendorOperation[Api]):
    """Whole values, so that writing twice is writing once. A project has no field for a budget.

    The property goes last: it says which words were ours, so that people's are told from them.
    """

    kind = _KIND

    async def do(self, command: WriteCharter, ticket: Attempt) -> Receipt:
        words = _words(command)
        if ticket.search_first or command.is_closed:
            words = await self._beside_people(command, words)
        await self.client.put("/project/{}", command.project, body={"description": words})
        await self.client.put(
            "/project/{}/properties/{}", command.project, PROPERTY, body=_value(command)
        )
        return Receipt(id=command.project)

    async def _beside_people(self, command: WriteCharter, words: str) -> str:
        """What the description becomes: ours, unless people wrote their own since we did."""
        query = {"properties": PROPERTY}
        project = (await self.client.get("/project/{}", command.project, query=query)).read(Project)
        there, before = project.description, project.charter_print
        if not before or _print(there) in {before, _print(words)}:
            return words
        is_told = not command.is_closed or there.startswith(_CLOSED)
        return there if is_told else f"{_CLOSED}\n{there}"

    async def find(self, command: WriteCharter) -> Sequence[Receipt]:
        del command
        return ()

    async def undo(self, command: WriteCharter, made: Receipt) -> None:
        del made
        with suppress(Absent):
            await self.client.delete("/project/{}/properties/{}", command.project, PROPERTY)


def _value(command: WriteCharter) -> dict[str, Any]:
    return {
        "schema": 1,
        "words": _print(_words(command)),
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
        _CLOSED if command.is_closed else "",
        command.scope,
        f"From {command.start} to {command.end}. Deal {command.deal}.",
        f"Budget: {budget}.",
        f"SLA: {sla}." if sla else "",
        "Contract terms are kept in the CRM; change them there.",
    )
    return "\n".join(part for part in parts if part)


def _print(words: str) -> str:
    """The same for the same words, however Jira spaced them."""
    return hashlib.sha256(" ".join(words.split()).encode()).hexdigest()[:16]
