"""The audit trail: who changed what in our records, and what was asked of us."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from domain.command import CommandRecord
from domain.ids import DealId
from domain.value import Value


class AuditEntry(Value):
    """One line of the trail. `what` holds every field that changed, as it became.

    A command has a name and an outcome; `entity` and `key` name the record that it changed, if any.
    """

    at: datetime
    deal: DealId
    entity: str
    key: str
    from_state: str
    to_state: str
    what: Mapping[str, object]
    actor: str
    actor_name: str
    verified_by: str
    command: str
    outcome: str
    reason: str
    workflow: str


class AuditTrail(Protocol):
    """The audit trail, which only grows."""

    async def record(self, command: CommandRecord, *, now: datetime) -> None:
        """Record the outcome of a command, once per request and outcome."""
        ...

    async def of_deal(self, deal: DealId) -> Sequence[AuditEntry]:
        """Everything that was changed or asked about this deal, oldest first."""
        ...
