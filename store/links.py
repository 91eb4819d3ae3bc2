"""Links between our keys and the records of other systems: one to one by constraint.

Only ties differ: several of our keys may have one customer.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import and_, bindparam, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from domain.command import CommandRecord
from domain.customer import TIE
from domain.ids import DealId, ExternalId
from domain.refusal import Refusal
from ports.links import Link
from store.audit import Note, audited, fields, new
from store.database import Database, Query, Session
from store.mapping import Row
from store.tables import links

_KIND: Final = links.c.kind == bindparam("kind")
_HERE: Final = and_(
    _KIND, links.c.system == bindparam("system"), links.c.tenant == bindparam("tenant")
)
_KEY: Final = links.c.key == bindparam("key")
_EXTERNAL_ID: Final = links.c.external_id == bindparam("external_id")

_TIE: Final = audited(insert(links).values(fields(links, "url")).on_conflict_do_nothing())
_BY_KEY: Final = Query(select(links).where(_HERE, _KEY))
_UNTIE: Final = audited(delete(links).where(_HERE, _KEY, _EXTERNAL_ID))
_BY_EXTERNAL_ID: Final = Query(select(links).where(_HERE, _EXTERNAL_ID))
_BY_EITHER: Final = Query(select(links).where(_HERE, or_(_KEY, _EXTERNAL_ID)))
_OF_KEY: Final = Query(select(links).where(_KIND, _KEY))
_OF_KIND: Final = Query(select(links).where(_KIND).order_by(links.c.linked_at, links.c.key))
_OF_DEAL: Final = Query(
    select(links)
    .where(links.c.deal == bindparam("deal"))
    .order_by(links.c.linked_at, links.c.kind, links.c.key)
)


class PgLinkStore:
    """Fills ports.links.LinkStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, link: Link, *, now: datetime) -> None:
        note = Note(
            at=now,
            deal=link.deal,
            entity="link",
            key=f"{link.kind} {link.key}",
            what=link.model_dump(mode="json"),
        )
        row = new(link.model_dump() | {"linked_at": now})
        async with self._database.session() as session:
            if not await session.one(_TIE, **row, **note.values()):
                await _require_same(session, link)

    async def remove(self, link: Link, command: CommandRecord, *, now: datetime) -> None:
        note = Note(
            at=now,
            deal=link.deal,
            entity="link",
            key=f"{link.kind} {link.key}",
            to_state="removed",
            what=link.model_dump(mode="json"),
            actor=command.actor,
            command=command.command,
            reason=command.reason,
        )
        names = link.model_dump(exclude={"deal"})
        async with self._database.session() as session:
            await session.one(_UNTIE, **names, **note.values())

    async def of_external_id(
        self, system: str, tenant: str, kind: str, external_id: ExternalId
    ) -> Sequence[Link]:
        names = {"system": system, "tenant": tenant, "kind": kind, "external_id": external_id}
        async with self._database.session() as session:
            return [_link(row) for row in await session.all(_BY_EXTERNAL_ID, **names)]

    async def find_by_key(self, system: str, tenant: str, kind: str, key: str) -> Link | None:
        async with self._database.session() as session:
            row = await session.one(_BY_KEY, system=system, tenant=tenant, kind=kind, key=key)
        return _link(row) if row else None

    async def of_key(self, kind: str, key: str) -> Sequence[Link]:
        async with self._database.session() as session:
            return [_link(row) for row in await session.all(_OF_KEY, kind=kind, key=key)]

    async def all_of(self, kind: str) -> Sequence[Link]:
        async with self._database.session() as session:
            return [_link(row) for row in await session.all(_OF_KIND, kind=kind)]

    async def of_deal(self, deal: DealId) -> Sequence[Link]:
        async with self._database.session() as session:
            return [_link(row) for row in await session.all(_OF_DEAL, deal=deal)]


async def _require_same(session: Session, link: Link) -> None:
    names = link.model_dump(include={"system", "tenant", "kind", "key", "external_id"})
    rows = await session.all(_BY_EITHER, **names)
    if any((row["key"], row["external_id"]) == (link.key, link.external_id) for row in rows):
        return
    for row in rows:
        if row["key"] == link.key or link.kind != TIE:
            raise Refusal(
                f"cannot tie {link.kind} {link.key} to {link.external_id} of {link.system}:"
                f" {row['key']} is tied to {row['external_id']}; a person must decide whose it is"
            )


def _link(row: Row) -> Link:
    return Link(**{name: row[name] for name in Link.model_fields})
