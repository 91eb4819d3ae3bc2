"""The audit trail in PostgreSQL: commands, and every change of our records."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, literal, select
from sqlalchemy.dialects.postgresql import insert

from domain.command import CommandRecord
from domain.ids import DealId
from ports.audit_trail import AuditEntry
from store.audit import NOTE, Note, entry_of
from store.database import Database, Query
from store.tables import audit_trail

_IS_RECORDED: Final = (
    select(literal(1))
    .select_from(audit_trail)
    .where(
        audit_trail.c.deal == NOTE["deal"],
        audit_trail.c.entity == "command",
        audit_trail.c.key == NOTE["key"],
        audit_trail.c.outcome == NOTE["outcome"],
    )
)
# The unique index of a month settles a race; the question before it, a repeat in another month.
_RECORD: Final = Query(
    insert(audit_trail)
    .from_select(list(NOTE), select(*NOTE.values()).where(~_IS_RECORDED.exists()))
    .on_conflict_do_nothing()
)
_OF_DEAL: Final = Query(
    select(*(audit_trail.c[name] for name in AuditEntry.model_fields))
    .where(audit_trail.c.deal == bindparam("deal"))
    .order_by(audit_trail.c.id)
)


class PgAuditTrail:
    """Fills ports.audit_trail.AuditTrail."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, command: CommandRecord, *, now: datetime) -> None:
        async with self._database.session() as session:
            await session.run(_RECORD, **note_of(command, now=now).values())

    async def of_deal(self, deal: DealId) -> Sequence[AuditEntry]:
        async with self._database.session() as session:
            return [entry_of(row) for row in await session.all(_OF_DEAL, deal=deal)]


def note_of(command: CommandRecord, *, now: datetime) -> Note:
    """Return the entry of a command."""
    return Note(
        at=now,
        deal=command.deal,
        entity="command",
        key=command.id,
        what=command.model_dump(include={"charge", "answer"}, exclude_defaults=True),
        workflow=command.workflow,
        actor=command.actor,
        command=command.command,
        outcome=command.outcome,
        reason=command.reason,
    )
