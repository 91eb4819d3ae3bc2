"""Which thing of theirs is which of ours. Both ways unique."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.ids import DealId, ExternalId
from domain.value import Value


class Link(Value):
    """`ours` names the thing by meaning within `kind` (`pm.project`, `erp.invoice`, …)."""

    system: str
    kind: str
    ours: str
    theirs: ExternalId
    deal: DealId
    url: str = ""


class Links(Protocol):
    """Keeps which of theirs is which of ours."""

    async def tie(self, link: Link, *, now: datetime) -> None:
        """Remember it; again is once. Refused if either side is tied to something else."""
        ...

    async def ours(self, system: str, kind: str, theirs: ExternalId) -> Link | None: ...

    async def theirs(self, system: str, kind: str, ours: str) -> Link | None: ...

    async def all_of(self, kind: str) -> Sequence[Link]: ...

    async def of_deal(self, deal: DealId) -> Sequence[Link]: ...
