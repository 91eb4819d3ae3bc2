"""The audit trail in PostgreSQL: commands, and every change of our records."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import insert

from domain.command import CommandRecord
from domain.ids import DealId
from ports.audit_trail import AuditEntry
from store.audit import NOTE, Note
from store.database import Database, Query
from store.tables import audit

_RECORD: Final = Query(
    insert(audit)
    .values(NOTE)
    .on_conflict_do_nothing(
        index_elements=[audit.c.key, audit.c.outcome], index_where=text("entity = 'command'")
    )
)
_OF_DEAL: Final = Query(
    select(*(audit.c[name] for name in AuditEntry.model_fields))
    .where(audit.c.deal == bindparam("deal"))
    .order_by(audit.c.id)
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
            return [AuditEntry(**row) for row in await session.all(_OF_DEAL, deal=deal)]


def note_of(command: CommandRecord, *, now: datetime) -> Note:
    """Return the entry of a command."""
    return Note(
        at=now,
        deal=command.deal,
        entity="command",
        key=command.id,
        what=command.model_dump(include={"item", "answer"}, exclude_defaults=True),
        workflow=command.workflow,
        actor=command.actor,
        command=command.command,
        outcome=command.outcome,
        reason=command.reason,
    )
