"""The position of each poll, and the time when it last succeeded."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol


class Cursors(Protocol):
    """The cursors of our polls."""

    async def read(self, poll: str) -> datetime | None: ...

    async def advance(self, poll: str, to: datetime) -> None:
        """Move on, never back."""
        ...

    async def record_poll(self, poll: str, *, at: datetime) -> None:
        """Record that a poll succeeded."""
        ...

    async def last_polls(self) -> Mapping[str, datetime]:
        """When each poll last succeeded; a poll that never did is absent."""
        ...
