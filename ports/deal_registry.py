"""The registry of every deal that Cashward ever carried."""

from datetime import datetime
from typing import Protocol

from domain.ids import DealId


class DealRegistry(Protocol):
    """Decides whether a deal may start. Temporal forgets closed runs, the registry never does."""

    async def may_start(self, deal: DealId, *, now: datetime) -> bool:
        """Register the deal if it is new; return False if it, or its alias, was carried before."""
        ...
