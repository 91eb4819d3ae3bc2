"""The links of an effect: its id with its subject, each part's id with `deal:part key`.

Parts have a kind of their own: a vendor may number its versions as it numbers its projects.
"""

from collections.abc import Mapping
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
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from domain.effect import Effect
from domain.refusal import Refusal
from store.database import Query, Session
from store.tables import effects, links

_OURS: Final = bindparam("pair_ours", type_=ARRAY(Text))
_THEIRS: Final = bindparam("pair_theirs", type_=ARRAY(Text))
_URLS: Final = bindparam("pair_urls", type_=ARRAY(Text))
_KINDS: Final = bindparam("pair_kinds", type_=ARRAY(Text))
_KIND: Final = bindparam("pair_kind", type_=Text)
_SYSTEM: Final = bindparam("pair_system", type_=Text)
_TENANT: Final = bindparam("pair_tenant", type_=Text)
_ACCOUNT: Final = and_(links.c.system == _SYSTEM, links.c.tenant == _TENANT)
_HERE: Final = and_(_ACCOUNT, links.c.kind == func.any(_KINDS))

_RIVAL_LINK: Final = Query(
    select(links.c.kind, links.c.key, links.c.external_id).where(
        _HERE, or_(links.c.key == func.any(_OURS), links.c.external_id == func.any(_THEIRS))
    )
)
_RIVAL_EFFECT: Final = Query(
    select(
        effects.c.kind, effects.c.subject.label("key"), effects.c.external_id.label("external_id")
    ).where(
        effects.c.system == _SYSTEM,
        effects.c.tenant == _TENANT,
        effects.c.kind == _KIND,
        effects.c.external_id == func.any(_THEIRS),
    )
)


def pair_values(effect: Effect, *, lenient: bool = False) -> dict[str, object]:
    """Return the values of the links. `lenient`: an upsert keeps the record's first link."""
    pairs = _pairs(effect)
    return {
        "pair_kind": effect.key.kind,
        "pair_system": effect.key.system,
        "pair_tenant": effect.key.tenant,
        "pair_deal": effect.deal,
        "pair_kinds": [kind for kind, _ in pairs],
        "pair_ours": [ours for _, ours in pairs],
        "pair_theirs": [theirs for theirs, _ in pairs.values()],
        "pair_urls": [url for _, url in pairs.values()],
        "pair_lenient": lenient,
    }


def tie_pairs(written: CTE) -> Insert:
    """Insert the missing links; one that conflicts with another breaks the unique constraint."""
    columns = ("kind", "key", "external_id", "url")
    made = func.unnest(_KINDS, _OURS, _THEIRS, _URLS).table_valued(*columns)
    made = made.render_derived(name="made")
    here = and_(_ACCOUNT, links.c.kind == made.c.kind)
    same_ours, same_theirs = links.c.key == made.c.key, links.c.external_id == made.c.external_id
    lenient = bindparam("pair_lenient", type_=Boolean)
    tied = or_(and_(same_ours, same_theirs), and_(lenient, or_(same_ours, same_theirs)))
    values = {
        links.c.kind: made.c.kind,
        links.c.key: made.c.key,
        links.c.system: _SYSTEM,
        links.c.tenant: _TENANT,
        links.c.external_id: made.c.external_id,
        links.c.deal: bindparam("pair_deal", type_=Text),
        links.c.url: made.c.url,
        links.c.linked_at: bindparam("new_changed_at", type_=effects.c.changed_at.type),
    }
    rows = select(*values.values()).select_from(written.join(made, literal(value=True)))
    return insert(links).from_select(list(values), rows.where(~exists().where(here, tied)))


def untie_pairs(written: CTE) -> Delete:
    """Delete the links of a record that is gone."""
    return delete(links).where(
        _HERE, links.c.key == func.any(_OURS), exists(select(written.c.written))
    )


async def explain(session: Session, effect: Effect) -> Refusal:
    """Say which two links conflict."""
    values = pair_values(effect)
    pairs = {pair: theirs for pair, (theirs, _) in _pairs(effect).items()}
    rivals = await session.all(_RIVAL_LINK, **values) + await session.all(_RIVAL_EFFECT, **values)
    for rival in rivals:
        here, theirs = (rival["kind"], rival["key"]), rival["external_id"]
        if pairs.get(here, theirs) != theirs or _is_claimed(pairs, here, theirs):
            return Refusal(
                f"{effect.key} made {', '.join(pairs.values())}, but"
                f" {rival['external_id']} is already tied to {rival['key']}: a person must decide"
                " whose it is, and remove the other"
            )
    names = ", ".join(f"{ours} = {theirs}" for (_, ours), theirs in pairs.items())
    return Refusal(f"{effect.key} names one thing twice: {names}")


def names_one_twice(effect: Effect) -> bool:
    """Whether two of its parts have one id, which no other look will change."""
    named = [(kind, theirs) for (kind, _), (theirs, _) in _pairs(effect).items()]
    return len(named) > len(set(named))


Pair = tuple[str, str]
"""A kind of link, and our key of the record."""


def _is_claimed(pairs: Mapping[Pair, str], here: Pair, theirs: str) -> bool:
    """Whether the effect links a record that has a link already, under another key of ours."""
    kind, _ = here
    return any(pair != here and pair[0] == kind and pairs[pair] == theirs for pair in pairs)


def _pairs(effect: Effect) -> dict[Pair, tuple[str, str]]:
    made = effect.receipt
    if made is None:
        return {}
    kind = effect.key.kind
    parts = {
        (f"{kind}.part", f"{effect.deal}:{key}"): (theirs, "") for key, theirs in made.parts.items()
    }
    return {(kind, effect.key.subject): (made.id, made.url), **parts}
