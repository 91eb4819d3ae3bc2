"""The queue of runs that need a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.attention import Attention, Decision
from domain.value import Value


class QueuedAttention(Value):
    """An attention in the queue, and how it was settled, if it was."""

    attention: Attention
    decision: Decision | None = None
    resolved_at: datetime | None = None


class AttentionQueue(Protocol):
    """Keeps what needs a person until it is decided."""

    async def add(self, attention: Attention, *, now: datetime) -> None:
        """Add an attention; adding it again updates it and keeps its `since`."""
        ...

    async def resolve(
        self, workflow: str, key: str, decision: Decision, *, now: datetime
    ) -> None: ...

    async def list_open(self) -> Sequence[QueuedAttention]: ...

    async def list_of_run(self, workflow: str) -> Sequence[QueuedAttention]:
        """All attentions of one run, newest first, settled ones too."""
        ...
