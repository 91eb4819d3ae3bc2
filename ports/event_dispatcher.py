"""How a fact reaches the run it concerns."""

from typing import Protocol

from domain.event import DealWon, InvoiceChanged, MilestoneReached


class EventDispatcher(Protocol):
    """Ringing twice is once: runs know facts by their event id."""

    async def deal_won(self, fact: DealWon) -> bool:
        """Start the deal's run, or tell the one that is. False if this deal has already ended."""
        ...

    async def milestone_reached(self, fact: MilestoneReached) -> bool: ...

    async def invoice_changed(self, fact: InvoiceChanged) -> bool: ...
