"""The desk where runs that need a person are put, and taken from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.attention import Attention, Decision
from domain.value import Value


class Filed(Value):
    """An attention on the desk, and how it was settled, if it was."""

    attention: Attention
    decision: Decision | None = None
    settled_at: datetime | None = None


class Desk(Protocol):
    """Keeps what needs a person until it is decided."""

    async def file(self, attention: Attention, *, now: datetime) -> None:
        """Put it on the desk; the same trouble again updates it and keeps its `since`."""
        ...

    async def settle(
        self, workflow: str, key: str, decision: Decision, *, now: datetime
    ) -> None: ...

    async def open(self) -> Sequence[Filed]: ...

    async def find(self, workflow: str) -> Sequence[Filed]:
        """All attentions of one run, newest first, settled ones too."""
        ...
