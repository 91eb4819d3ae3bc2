"""How far each poll has read."""

from datetime import datetime
from typing import Protocol


class Cursors(Protocol):
    """The reading marks of our polls."""

    async def read(self, poll: str) -> datetime | None: ...

    async def advance(self, poll: str, to: datetime) -> None:
        """Move on, never back."""
        ...
