"""The audit trail: who changed what, in the same statement as the change."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import (
    CTE,
    BindParameter,
    Delete,
    Insert,
    Table,
    Update,
    bindparam,
    insert,
    literal,
    select,
)

from domain.ids import DealId
from domain.value import Value
from store.database import Query
from store.tables import audit

_COLUMNS: Final = [column for column in audit.columns if column.name != "id"]


@dataclass(frozen=True, kw_only=True)
class Note:
    """One entry of the trail. `what` holds every field that changed, as it is now."""

    at: datetime
    deal: DealId
    entity: str
    key: str
    what: Mapping[str, object]
    from_state: str = ""
    to_state: str = ""
    attempt: int | None = None
    workflow: str = ""
    run: str = ""

    def values(self) -> dict[str, object]:
        return {f"note_{name}": value for name, value in vars(self).items()} | {
            "note_what": json.dumps(self.what)
        }


def audited(change: Insert | Update, *then: Callable[[CTE], Insert | Delete]) -> Query:
    """The change with its entry in the trail: both or none, and no entry where nothing changed.

    `then` follows only where it took place. Answers one row if it did.
    """
    written = change.returning(literal(1).label("written")).cte("written")
    entry = select(
        *(bindparam(f"note_{column.name}", type_=column.type) for column in _COLUMNS)
    ).select_from(written)
    noted = insert(audit).from_select([column.name for column in _COLUMNS], entry).cte("noted")
    return Query(select(written).add_cte(noted, *(each(written).cte() for each in then)))


def changes(before: Value | None, after: Value) -> dict[str, object]:
    """The fields that differ, as JSON."""
    old = before.model_dump(mode="json") if before else {}
    new = after.model_dump(mode="json")
    return {name: value for name, value in new.items() if name not in old or old[name] != value}


def fields(table: Table, *but: str) -> dict[str, BindParameter[object]]:
    """Every column from a parameter of its name, but some."""
    names = (column.name for column in table.columns if column.name not in but)
    return {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}


def new(values: Mapping[str, object]) -> dict[str, object]:
    """The values for `fields`."""
    return {f"new_{name}": value for name, value in values.items()}
