"""The registry of deals: one row for each that was ever carried."""

from datetime import datetime
from typing import Final

from sqlalchemy import text

from domain.ids import DealId
from store.database import Database, Query

_MAY_START: Final = Query(
    text(
        "with known as ("
        "    select state from deals"
        "    where deal = :deal or (aliases @> array[cast(:deal as text)] and aliases <> '{}')"
        "), registered as ("
        "    insert into deals (deal, state, started_at)"
        "    select :deal, 'carried', :now where not exists (select from known)"
        "    on conflict do nothing"
        ")"
        " select bool_or(state <> 'carried') as has_ended from known"
    )
)


class PgDealRegistry:
    """Fills ports.deal_registry.DealRegistry."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def may_start(self, deal: DealId, *, now: datetime) -> bool:
        async with self._database.session() as session:
            found = await session.one(_MAY_START, deal=deal, now=now)
        return not (found and found["has_ended"])
