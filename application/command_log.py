"""Writes every command to the audit trail: who asked for what, why, and how it ended."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import uuid4

from domain.actor import Actor
from domain.command import CommandName, CommandOutcome, CommandRecord
from domain.ids import DealId
from domain.refusal import Refusal
from ports.audit_trail import AuditTrail

Clock = Callable[[], datetime]


def new_command(  # noqa: PLR0913 - the facts of a command, by name
    command: CommandName,
    actor: Actor,
    deal: DealId,
    *,
    charge: str = "",
    reason: str = "",
    workflow: str = "",
) -> CommandRecord:
    """Return a command with an id of its own, which Temporal gets as the update's id."""
    return CommandRecord(
        id=str(uuid4()),
        deal=deal,
        command=command,
        actor=actor,
        charge=charge,
        reason=reason,
        workflow=workflow,
    )


class CommandLog:
    """Records outcomes. A run that accepts an update records that by itself."""

    def __init__(self, trail: AuditTrail, clock: Clock) -> None:
        self._trail = trail
        self._clock = clock

    @asynccontextmanager
    async def recording_failures(self, command: CommandRecord) -> AsyncIterator[None]:
        """Record the refusal or failure of the block, and raise it again.

        Refuse a command that lacks its reason or cannot be kept, before the block runs.
        """
        try:
            command.check()
            yield
        except Refusal as refusal:
            await self._record(command, CommandOutcome.REFUSED, str(refusal))
            raise
        except Exception as failure:
            await self._record(command, CommandOutcome.FAILED, str(failure))
            raise

    async def accept(self, command: CommandRecord, answer: str) -> None:
        await self._record(command, CommandOutcome.ACCEPTED, answer)

    async def _record(self, command: CommandRecord, outcome: CommandOutcome, answer: str) -> None:
        entry = command.model_copy(update={"outcome": outcome, "answer": answer})
        await self._trail.record(entry.as_kept(), now=self._clock())
