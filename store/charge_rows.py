"""Where charges stand, as the run of their deal says."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import func, insert, literal, select

from domain.charge import ChargeStatus
from domain.ids import DealId
from store.audit import NOTE, Note
from store.database import Query, Session
from store.row_sets import as_json, move_charges
from store.tables import audit_trail, charges

_MOVED: Final = (
    move_charges().returning(charges.c.id, charges.c.state, charges.c.reason).cte("moved")
)
_NOTED: Final = NOTE | {
    "key": literal(":") + _MOVED.c.id,
    "to_state": _MOVED.c.state,
    "reason": func.nullif(_MOVED.c.reason, ""),
}
_MOVE: Final = Query(
    insert(audit_trail).from_select(list(_NOTED), select(*_NOTED.values()).select_from(_MOVED))
)


async def move(
    session: Session, deal: DealId, statuses: Sequence[ChargeStatus], *, now: datetime
) -> None:
    """Write where these charges stand, with an audit entry for each that stood otherwise."""
    rows = [
        {"deal": deal, "id": status.charge.id, "revision": status.charge.revision}
        | status.model_dump(mode="json", include={"state", "reason", "responsible", "since"})
        for status in statuses
    ]
    note = Note(at=now, deal=deal, entity="charge", key="", what={})
    await session.run(_MOVE, charges=as_json(rows), **note.values())
