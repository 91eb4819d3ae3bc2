"""The rate cards that were imported; the newest one counts."""

from datetime import datetime
from typing import Protocol

from domain.command import CommandRecord
from domain.rate_card import RateCard


class RateCards(Protocol):
    """Keeps every card as it was imported."""

    async def add(self, card: RateCard, command: CommandRecord, *, now: datetime) -> int:
        """Record a card with the command that imported it, and return its revision."""
        ...

    async def current(self) -> RateCard:
        """The newest card; an empty one before the first was imported."""
        ...
