"""The link of an effect: the id of what it made, with its subject, unique both ways.

Parts have none: they lie within the whole, which no other effect of the kind can have.
"""

from typing import Final

from sqlalchemy import (
    CTE,
    Boolean,
    Delete,
    Insert,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
)

from domain.effect import Effect
from domain.refusal import Refusal
from store.database import Query, Session
from store.tables import effects, links

_NAMES: Final = ("kind", "key", "system", "tenant", "external_id", "deal")
_LINK: Final = {name: bindparam(f"link_{name}", type_=Text) for name in _NAMES}
_HERE: Final = and_(*(links.c[name] == _LINK[name] for name in ("system", "tenant", "kind")))
_SAME_KEY: Final = links.c.key == _LINK["key"]
_SAME_ID: Final = links.c.external_id == _LINK["external_id"]
_LENIENT: Final = bindparam("link_lenient", type_=Boolean)
_RIVAL_LINK: Final = Query(
    select(links.c.key, links.c.external_id).where(_HERE, or_(_SAME_KEY, _SAME_ID))
)


def link_values(effect: Effect, *, lenient: bool = False) -> dict[str, object]:
    """Return the values of the link. `lenient`: an upsert keeps the record's first link."""
    made = effect.receipt
    values = {
        "kind": effect.key.kind,
        "key": effect.key.subject,
        "system": effect.key.system,
        "tenant": effect.key.tenant,
        "external_id": made and made.id,
        "deal": effect.deal,
        "lenient": lenient,
    }
    return {f"link_{name}": value for name, value in values.items()}


def tie(written: CTE) -> Insert:
    """Insert the missing link; one that conflicts with another breaks the unique constraint."""
    tied = or_(and_(_SAME_KEY, _SAME_ID), and_(_LENIENT, or_(_SAME_KEY, _SAME_ID)))
    changed_at = bindparam("new_changed_at", type_=effects.c.changed_at.type)
    values = {**_LINK, "linked_at": changed_at}
    row = select(*values.values()).select_from(written).where(~exists().where(_HERE, tied))
    return insert(links).from_select(list(values), row)


def untie(written: CTE) -> Delete:
    """Delete the link of a record that is gone."""
    return delete(links).where(_HERE, _SAME_KEY, exists(select(written.c.written)))


async def require_free(session: Session, effect: Effect) -> None:
    """Raise Refusal, with the link that the effect's own conflicts with, if there is one."""
    made = effect.receipt
    if rival := await session.one(_RIVAL_LINK, **link_values(effect)):
        raise Refusal(
            f"{effect.key} made {made and made.id}, but {rival['external_id']} is already tied to"
            f" {rival['key']}: a person must decide whose it is, and remove the other"
        )
