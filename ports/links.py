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
    key: str
    external_id: ExternalId
    deal: DealId
    url: str = ""


class LinkStore(Protocol):
    """Keeps which of theirs is which of ours."""

    async def add(self, link: Link, *, now: datetime) -> None:
        """Remember it; again is once. Refused if either side is tied to something else."""
        ...

    async def find_by_external_id(
        self, system: str, kind: str, theirs: ExternalId
    ) -> Link | None: ...

    async def find_by_key(self, system: str, kind: str, ours: str) -> Link | None: ...

    async def all_of(self, kind: str) -> Sequence[Link]: ...

    async def of_deal(self, deal: DealId) -> Sequence[Link]: ...
