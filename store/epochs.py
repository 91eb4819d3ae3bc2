"""Epochs of the effect ledger: after a restore, the record is in doubt until it is looked up."""

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, insert, select

from domain.command import CommandRecord
from store.audit import NOTE
from store.audit_trail import note_of
from store.database import Query, Session
from store.tables import audit_trail, effects, epochs

CURRENT: Final = select(func.coalesce(func.max(epochs.c.number), 0)).scalar_subquery()
IS_DOUBTED: Final = (
    select(epochs.c.number)
    .where(epochs.c.number > effects.c.epoch, epochs.c.since <= effects.c.changed_at)
    .correlate(effects)
    .exists()
    .label("is_doubted")
)
_RAISE: Final = Query(
    insert(epochs)
    .values(since=bindparam("since"), raised_at=bindparam("raised_at"))
    .returning(epochs.c.number)
)
_NOTE: Final = Query(insert(audit_trail).values(NOTE))


async def raise_epoch(
    session: Session, command: CommandRecord, since: datetime, *, now: datetime
) -> int:
    """Begin an epoch, with the command that asked for it in the audit trail."""
    raised = await session.one(_RAISE, since=since, raised_at=now)
    number = int(raised["number"]) if raised else 0
    answer = f"epoch {number}: what was settled since {since.isoformat()} is in doubt"
    noted = command.model_copy(update={"answer": answer})
    await session.run(_NOTE, **note_of(noted, now=now).values())
    return number
