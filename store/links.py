"""Which thing of theirs is which of ours, in PostgreSQL: unique both ways by constraint."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.dialects.postgresql import insert

from domain.ids import DealId, ExternalId
from domain.refusal import Refusal
from ports.links import Link
from store.audit import Note, audited, fields, new
from store.database import Database, Query, Session
from store.mapping import Row
from store.tables import links

_KIND: Final = links.c.kind == bindparam("kind")
_HERE: Final = and_(_KIND, links.c.system == bindparam("system"))
_OURS: Final = links.c.ours == bindparam("ours")
_THEIRS: Final = links.c.theirs == bindparam("theirs")

_TIE: Final = audited(insert(links).values(fields(links)).on_conflict_do_nothing())
_BY_OURS: Final = Query(select(links).where(_HERE, _OURS))
_BY_THEIRS: Final = Query(select(links).where(_HERE, _THEIRS))
_BY_EITHER: Final = Query(select(links).where(_HERE, or_(_OURS, _THEIRS)))
_OF_KIND: Final = Query(select(links).where(_KIND).order_by(links.c.tied_at, links.c.ours))
_OF_DEAL: Final = Query(
    select(links)
    .where(links.c.deal == bindparam("deal"))
    .order_by(links.c.tied_at, links.c.kind, links.c.ours)
)


class PgLinkStore:
    """Fills ports.links.Links."""

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
        row = new(link.model_dump() | {"tied_at": now})
        async with self._database.session() as session:
            if not await session.one(_TIE, **row, **note.values()):
                await _require_same(session, link)

    async def find_by_external_id(self, system: str, kind: str, theirs: ExternalId) -> Link | None:
        async with self._database.session() as session:
            row = await session.one(_BY_THEIRS, system=system, kind=kind, theirs=theirs)
        return _link(row) if row else None

    async def find_by_key(self, system: str, kind: str, ours: str) -> Link | None:
        async with self._database.session() as session:
            row = await session.one(_BY_OURS, system=system, kind=kind, ours=ours)
        return _link(row) if row else None

    async def all_of(self, kind: str) -> Sequence[Link]:
        async with self._database.session() as session:
            return [_link(row) for row in await session.all(_OF_KIND, kind=kind)]

    async def of_deal(self, deal: DealId) -> Sequence[Link]:
        async with self._database.session() as session:
            return [_link(row) for row in await session.all(_OF_DEAL, deal=deal)]


async def _require_same(session: Session, link: Link) -> None:
    names = link.model_dump(include={"system", "kind", "ours", "theirs"})
    for row in await session.all(_BY_EITHER, **names):
        if (row["ours"], row["theirs"]) != (link.key, link.external_id):
            raise Refusal(
                f"cannot tie {link.kind} {link.key} to {link.external_id} of {link.system}:"
                f" {row['ours']} is tied to {row['theirs']}; a person must decide whose it is"
            )


def _link(row: Row) -> Link:
    return Link(**{name: row[name] for name in Link.model_fields})
