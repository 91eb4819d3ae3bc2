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
from ports.audit_trail import AuditEntry
from store.database import Query
from store.mapping import Row
from store.tables import audit_trail

NOTE: Final = {
    column.name: bindparam(f"note_{column.name}", type_=column.type)
    for column in audit_trail.columns
    if column.name != "id"
}
"""Every column of an entry, from the parameter that `Note.values` gives it."""


@dataclass(frozen=True, kw_only=True)
class Note:
    """One entry of the trail. `what` holds every field that changed, as it became.

    `entity` of an effect is its kind. What is empty is not written: millions of entries are kept.

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
    actor: Actor = CASHWARD
    command: CommandName | None = None
    outcome: CommandOutcome = CommandOutcome.ACCEPTED
    reason: str = ""

    def values(self) -> dict[str, object]:
        """The parameters of an audit entry."""
        actor = None if self.actor == CASHWARD else self.actor
        written: dict[str, object] = {
            **vars(self),
            "key": _within(self.deal, self.key),
            "from_state": self.from_state or None,
            "to_state": self.to_state or None,
            "what": json.dumps(self.what),
            "workflow": _workflow_within(self.deal, self.workflow) or None,
            "actor": actor and actor.subject,
            "actor_name": actor and actor.display_name,
            "verified_by": actor and actor.verified_by.value,
            "command": self.command and self.command.value,
            "outcome": self.command and self.outcome.value,
            "reason": self.reason or None,
        }
        return {f"note_{name}": value for name, value in written.items()}


def _within(deal: str, key: str) -> str:
    """Return a key without the deal's id that it begins with, as the trail keeps it."""
    return key.removeprefix(deal) if key == deal or key.startswith(f"{deal}:") else key


def _whole(deal: str, key: str) -> str:
    return deal + key if key == "" or key.startswith(":") else key


def _workflow_within(deal: str, workflow: str) -> str:
    """Return the id of a workflow, `stage:key`, as the trail keeps it."""
    stage, colon, key = workflow.partition(":")
    return stage + colon + _within(deal, key)


def entry_of(row: Row) -> AuditEntry:
    """Return an entry as it was noted."""
    deal = row["deal"]
    stage, colon, key = (row["workflow"] or "").partition(":")
    said = {name: row[name] or "" for name in AuditEntry.model_fields}
    by = {
        "actor": row["actor"] or CASHWARD.subject,
        "actor_name": row["actor_name"] or CASHWARD.display_name,
        "verified_by": row["verified_by"] or CASHWARD.verified_by.value,
    }
    workflow = stage + colon + _whole(deal, key) if colon else stage
    return AuditEntry.model_validate(
        said | by | {"key": _whole(deal, row["key"]), "workflow": workflow, "what": row["what"]}
    )


def audited(
    change: Insert | Update | Delete,
    *then: Callable[[CTE], Insert | Update | Delete],
    returning: ColumnElement[Any] | None = None,
) -> Query:
    """Return the change with its audit entry: both or none, and no entry where nothing changed.

    `then` follows only a change that took place; one row is returned if it did, with the
    database's time as `now`, and the column `returning` as it was written.
    """
    asked = () if returning is None else (returning,)
    written = change.returning(literal(1).label("written"), *asked).cte("written")
    entry = select(*NOTE.values()).select_from(written)
    noted = insert(audit_trail).from_select(list(NOTE), entry).cte("noted")
    now = func.clock_timestamp().label("now")
    return Query(select(written, now).add_cte(noted, *(each(written).cte() for each in then)))


def changes(
    before: Value | None, after: Value, *, elsewhere: Mapping[str, Any] | None = None
) -> dict[str, object]:
    """The fields that differ, as JSON, but those that are kept elsewhere; null is a default."""
    exclude = dict(elsewhere or {})
    old = before.model_dump(mode="json", exclude_defaults=True, exclude=exclude) if before else {}
    new = after.model_dump(mode="json", exclude_defaults=True, exclude=exclude)
    return {name: _brief(new.get(name)) for name in old | new if old.get(name) != new.get(name)}


def _brief(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return money as `12.50 EUR`."""
    if isinstance(value, list):
        return [_brief(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"amount", "currency"}:
        return f"{value['amount']} {value['currency']}"
    return {name: _brief(each) for name, each in value.items()}


def fields(table: Table, *but: str) -> dict[str, BindParameter[object]]:
    """Return every column but some, each from a parameter of its name."""
    names = (column.name for column in table.columns if column.name not in but)
    return {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}


def new(values: Mapping[str, object]) -> dict[str, object]:
    """The values for `fields`."""
    return {f"new_{name}": value for name, value in values.items()}
