"""The way of a fact to the run that it concerns."""

from typing import Protocol

from domain.event import (
    DealChanged,
    DealWon,
    InvoiceChanged,
    MilestoneReached,
    RecordsLost,
    RevenueStale,
    TimeTurned,
)


class EventDispatcher(Protocol):
    """Brings facts to runs. A repeated fact changes nothing: runs know it by its event id."""

    async def deal_won(self, fact: DealWon) -> bool:
        """Start the deal's run, or signal the open one. False if this deal has already ended."""
        ...

    async def deal_changed(self, fact: DealChanged) -> bool:
        """Let the deal's run compare the record with the contract. False if it has ended."""
        ...

    async def milestone_reached(self, fact: MilestoneReached) -> bool: ...

    async def time_turned(self, fact: TimeTurned) -> bool: ...

    async def invoice_changed(self, fact: InvoiceChanged) -> bool: ...

    async def records_lost(self, fact: RecordsLost) -> bool:
        """Let the deal's open run put on record again what it did. False if none is open."""
        ...

    async def revenue_stale(self, fact: RevenueStale) -> bool:
        """Let a run read the ERP and write the revenue to the CRM again."""
        ...
