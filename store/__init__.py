"""Our own records in PostgreSQL: effects, billing, links, attentions, and the audit trail."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from store.attention_queue import PgAttentionQueue
from store.audit_seals import PgAuditSeals
from store.audit_trail import PgAuditTrail
from store.billing_ledger import PgBillingLedger
from store.clock import MOST_SKEW, DatabaseClock
from store.cursors import PgCursors
from store.database import ANSWER_TIMEOUT, Database, PoolExhausted, StoreUnavailable
from store.deal_registry import PgDealRegistry
from store.effect_ledger import PgEffectLedger
from store.finance_lists import PgFinanceLists
from store.installation import ForeignDatabase, PgInstallation
from store.links import PgLinkStore
from store.rate_cards import PgRateCards
from store.schema import migrate, owner_of_tables, schema_is_current
from store.timesheets import PgTimesheets

__all__ = [
    "MOST_SKEW",
    "ForeignDatabase",
    "PoolExhausted",
    "Store",
    "StoreUnavailable",
    "migrate",
    "open_store",
    "owner_of_tables",
    "schema_is_current",
]


@dataclass(frozen=True)
class Store:
    """Every port that we fill ourselves, over one pool of connections, and the database's clock."""

    clock: DatabaseClock
    effect_ledger: PgEffectLedger
    billing_ledger: PgBillingLedger
    attention_queue: PgAttentionQueue
    links: PgLinkStore
    cursors: PgCursors
    audit_trail: PgAuditTrail
    installation: PgInstallation
    audit_seals: PgAuditSeals
    rate_cards: PgRateCards
    timesheets: PgTimesheets
    finance_lists: PgFinanceLists
    deal_registry: PgDealRegistry


@asynccontextmanager
async def open_store(
    url: str,
    *,
    pool_size: int = 10,
    pool_timeout: float = 5,
    answer_timeout: float = ANSWER_TIMEOUT,
) -> AsyncIterator[Store]:
    """Open the store until the block ends; while PostgreSQL is down, it raises StoreUnavailable.

    `url` is a `postgresql://` URL whose schema is current (`migrate`). Callers wait `pool_timeout`
    seconds for a connection, and `answer_timeout` for what they do with it.
    """
    async with Database.open(
        url, pool_size=pool_size, pool_timeout=pool_timeout, answer_timeout=answer_timeout
    ) as database:
        clock = DatabaseClock(database)
        effect_ledger = PgEffectLedger(database, clock)
        yield Store(
            clock=clock,
            effect_ledger=effect_ledger,
            billing_ledger=PgBillingLedger(database, effect_ledger),
            attention_queue=PgAttentionQueue(database),
            links=PgLinkStore(database),
            cursors=PgCursors(database),
            audit_trail=PgAuditTrail(database),
            installation=PgInstallation(database),
            audit_seals=PgAuditSeals(database),
            rate_cards=PgRateCards(database),
            timesheets=PgTimesheets(database),
            finance_lists=PgFinanceLists(database),
            deal_registry=PgDealRegistry(database),
        )
