"""Audit entries: who changed what, written in the same statement as the change."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Delete,
    Insert,
    Table,
    Update,
    bindparam,
    func,
    insert,
    literal,
    select,
)

from domain.actor import CASHWARD, Actor
from domain.command import CommandName, CommandOutcome
from domain.ids import DealId
from domain.value import Value
from store.database import Query
from store.tables import audit

NOTE: Final = {
    column.name: bindparam(f"note_{column.name}", type_=column.type)
    for column in audit.columns
    if column.name != "id"
}
"""Every column of an entry, from the parameter that `Note.values` gives it."""


@dataclass(frozen=True, kw_only=True)
class Note:
    """One entry of the trail. `what` holds every field that changed, as it became.

    A change that carries out a command names the command; the actor asked for it.
    """

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
    actor: Actor = CASHWARD
    command: CommandName | None = None
    outcome: CommandOutcome = CommandOutcome.ACCEPTED
    reason: str = ""

    def values(self) -> dict[str, object]:
        """The parameters of an audit entry."""
        written: dict[str, object] = {
            **vars(self),
            "what": json.dumps(self.what),
            "actor": self.actor.subject,
            "actor_name": self.actor.display_name,
            "verified_by": self.actor.verified_by.value,
            "command": self.command.value if self.command else "",
            "outcome": self.outcome.value if self.command else "",
        }
        return {f"note_{name}": value for name, value in written.items()}


def audited(
    change: Insert | Update,
    *then: Callable[[CTE], Insert | Delete],
    returning: ColumnElement[Any] | None = None,
) -> Query:
    """Return the change with its audit entry: both or none, and no entry where nothing changed.

    `then` follows only a change that took place; one row is returned if it did, with the
    database's time as `now`, and the column `returning` as it was written.
    """
    asked = () if returning is None else (returning,)
    written = change.returning(literal(1).label("written"), *asked).cte("written")
    entry = select(*NOTE.values()).select_from(written)
    noted = insert(audit).from_select(list(NOTE), entry).cte("noted")
    now = func.clock_timestamp().label("now")
    return Query(select(written, now).add_cte(noted, *(each(written).cte() for each in then)))


def changes(before: Value | None, after: Value) -> dict[str, object]:
    """The fields that differ, as JSON."""
    old = before.model_dump(mode="json") if before else {}
    new = after.model_dump(mode="json")
    return {name: value for name, value in new.items() if name not in old or old[name] != value}


def fields(table: Table, *but: str) -> dict[str, BindParameter[object]]:
    """Return every column but some, each from a parameter of its name."""
    names = (column.name for column in table.columns if column.name not in but)
    return {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}


def new(values: Mapping[str, object]) -> dict[str, object]:
    """The values for `fields`."""
    return {f"new_{name}": value for name, value in values.items()}
