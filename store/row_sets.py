"""Writes any number of rows in one statement: they come as one JSON parameter."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Table,
    TableValuedAlias,
    Update,
    and_,
    bindparam,
    case,
    column,
    func,
    literal,
    not_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert

from store.tables import charges

CHARGE: Final = (
    "deal", "id", "revision", "line", "description", "quantity", "unit", "unit_price", "net",
    "tax", "currency", "tax_class", "period_from", "period_to", "due", "part_of",
    "source_system", "source_id", "source_version",
    "state", "reason", "responsible", "since",
)  # fmt: skip
"""The columns of a charge that are written."""
_STANDING: Final = ("state", "reason", "responsible", "since")


def given(table: Table, names: Sequence[str]) -> TableValuedAlias:
    """The rows of the parameter named like the table, with these columns."""
    typed = [column(name, table.c[name].type) for name in names]
    rows = func.jsonb_to_recordset(bindparam(table.name, type_=JSONB)).table_valued(
        *typed, name=f"given_{table.name}"
    )
    return rows.render_derived(with_types=True)


def put(table: Table, names: Sequence[str], *, after: CTE, changing: Sequence[str]) -> Insert:
    """Write the rows once `after` wrote; of one that is there, change only these columns."""
    rows = given(table, names)
    source = select(*(rows.c[name] for name in names)).join_from(rows, after, literal(value=True))
    written = insert(table).from_select(list(names), source)
    if not changing:
        return written.on_conflict_do_nothing()
    key = [each.name for each in table.primary_key.columns]
    values: dict[str, Any] = {name: written.excluded[name] for name in changing if name not in key}
    if "since" in values:
        values["since"] = _since(written.excluded.state, written.excluded.since)
    return written.on_conflict_do_update(index_elements=key, set_=values)


def move_charges(after: CTE | None = None) -> Update:
    """Say where the charges of the parameter `charges` stand now, if they stood otherwise."""
    rows = given(charges, ("deal", "id", "revision", *_STANDING))
    same = (charges.c[name] == rows.c[name] for name in ("state", "reason", "responsible"))
    these = and_(
        *(charges.c[name] == rows.c[name] for name in ("deal", "id", "revision")),
        not_(and_(*same)),
    )
    values: dict[str, Any] = {name: rows.c[name] for name in _STANDING}
    values["since"] = _since(rows.c.state, rows.c.since)
    moved = update(charges).where(these).values(values)
    return moved if after is None else moved.where(select(after).exists())


def as_json(rows: Sequence[dict[str, object]], **moments: datetime) -> str:
    """The parameter for these rows, each with the same moments."""
    same = {name: moment.isoformat() for name, moment in moments.items()}
    return json.dumps([row | same for row in rows])


def _since(state: ColumnElement[str], since: ColumnElement[object]) -> ColumnElement[object]:
    """A charge stands where it stands since the state became what it is."""
    return case((charges.c.state == state, charges.c.since), else_=since)
