"""Our own memory in PostgreSQL: effects, books, links, the desk, and the trail of every change."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from store.attention_queue import PgDesk
from store.billing_ledger import PgBooks
from store.cursors import PgCursors
from store.database import Database, StoreUnavailable
from store.effect_ledger import PgLedger
from store.links import PgLinks
from store.schema import migrate, schema_is_current

__all__ = ["Store", "StoreUnavailable", "migrate", "open_store", "schema_is_current"]


@dataclass(frozen=True)
class Store:
    """Every port that we fill ourselves, over one pool of connections."""

    effect_ledger: PgLedger
    billing_ledger: PgBooks
    attention_queue: PgDesk
    links: PgLinks
    cursors: PgCursors


@asynccontextmanager
async def open_store(url: str, *, pool_size: int = 10) -> AsyncIterator[Store]:
    """The store, open until the block ends; while PostgreSQL is down it is StoreUnavailable.

    `url` is a `postgresql://` URL whose schema is current (`migrate`).
    """
    async with Database.open(url, pool_size=pool_size) as database:
        yield Store(
            effect_ledger=PgLedger(database),
            billing_ledger=PgBooks(database),
            attention_queue=PgDesk(database),
            links=PgLinks(database),
            cursors=PgCursors(database),
        )
