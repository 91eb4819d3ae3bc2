"""The attention queue in PostgreSQL: open and settled attentions."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from domain.attention import Attention, Decision
from domain.command import CommandName
from ports.attention_queue import QueuedAttention
from store.audit import Note, audited, fields, new
from store.database import Database, Query
from store.mapping import Row
from store.tables import attention

_IS_OPEN: Final = attention.c.resolved_at.is_(None)
_THIS: Final = (
    attention.c.workflow == bindparam("workflow"),
    attention.c.key == bindparam("key"),
)
_WRITTEN: Final = fields(attention, "id", "decision", "resolved_at")
_UPDATED: Final = ("what", "why", "responsible", "actions", "findings", "choices")

# Filed again after it was settled, with the same `since`, it is a late repeat of the same telling.
_ALREADY_SETTLED: Final = (
    select(literal(1))
    .select_from(attention)
    .where(
        attention.c.workflow == bindparam("new_workflow"),
        attention.c.key == bindparam("new_key"),
        attention.c.since == _WRITTEN["since"],
        attention.c.resolved_at.is_not(None),
    )
)
_insert = insert(attention).from_select(
    list(_WRITTEN), select(*_WRITTEN.values()).where(~_ALREADY_SETTLED.exists())
)
_FILE: Final = audited(
    _insert.on_conflict_do_update(
        index_elements=[attention.c.workflow, attention.c.key],
        index_where=_IS_OPEN,
        set_={name: _insert.excluded[name] for name in _UPDATED},
    )
)
_SETTLE: Final = audited(
    update(attention)
    .where(*_THIS, _IS_OPEN)
    .values(decision=bindparam("made", type_=JSONB), resolved_at=bindparam("note_at"))
)
_OPEN: Final = Query(select(attention).where(_IS_OPEN).order_by(attention.c.since, attention.c.id))
_OF_RUN: Final = Query(
    select(attention)
    .where(attention.c.workflow == bindparam("workflow"))
    .order_by(attention.c.id.desc())
)
_DEAL: Final = Query(select(attention.c.deal).where(*_THIS, _IS_OPEN))


class PgAttentionQueue:
    """Fills ports.attention_queue.AttentionQueue."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, attention: Attention, *, now: datetime) -> None:
        said = attention.model_dump(mode="json")
        row = said | {"since": attention.since, "findings": json.dumps(said["findings"])}
        note = Note(
            at=now,
            deal=attention.deal,
            entity="attention",
            key=attention.key,
            to_state="open",
            what=said,
            workflow=attention.workflow,
        )
        async with self._database.session() as session:
            await session.run(_FILE, **new(row), **note.values())

    async def resolve(self, workflow: str, key: str, decision: Decision, *, now: datetime) -> None:
        said = decision.model_dump(mode="json")
        async with self._database.session() as session:
            row = await session.one(_DEAL, workflow=workflow, key=key)
            if row is None:
                return  # settled before
            note = Note(
                at=now,
                deal=row["deal"],
                entity="attention",
                key=key,
                from_state="open",
                to_state="settled",
                what=said,
                workflow=workflow,
                actor=decision.by,
                command=CommandName.DECIDE,
                reason=decision.reason,
            )
            made = json.dumps(said)
            await session.run(_SETTLE, workflow=workflow, key=key, made=made, **note.values())

    async def list_open(self) -> Sequence[QueuedAttention]:
        async with self._database.session() as session:
            return [_filed(row) for row in await session.all(_OPEN)]

    async def list_of_run(self, workflow: str) -> Sequence[QueuedAttention]:
        async with self._database.session() as session:
            return [_filed(row) for row in await session.all(_OF_RUN, workflow=workflow)]


def _filed(row: Row) -> QueuedAttention:
    return QueuedAttention(
        attention=Attention(**{name: row[name] for name in Attention.model_fields}),
        decision=row["decision"],
        resolved_at=row["resolved_at"],
    )
