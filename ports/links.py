"""Links between records of other systems and ours: one to one, but for customers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.command import CommandRecord
from domain.ids import DealId, ExternalId
from domain.value import Value


class Link(Value):
    """A link: `key` names our record by meaning within `kind` (`pm.project`, `erp.invoice`, …)."""

    system: str
    tenant: str
    kind: str
    key: str
    external_id: ExternalId
    deal: DealId

    @property
    def account(self) -> str:
        return f"{self.system} {self.tenant}"


class LinkStore(Protocol):
    """Keeps the links."""

    async def add(self, link: Link, *, now: datetime) -> None:
        """Add a link; repeating it changes nothing. Refused if either side has another link.

        Several of our keys may have one customer; a key has one customer.
        """
        ...

    async def remove(self, link: Link, command: CommandRecord, *, now: datetime) -> None:
        """Remove a link, as a person asked; removing it twice changes nothing."""
        ...

    async def of_external_id(
        self, system: str, tenant: str, kind: str, external_id: ExternalId
    ) -> Sequence[Link]: ...

    async def find_by_key(self, system: str, tenant: str, kind: str, ours: str) -> Link | None: ...

    async def of_key(self, kind: str, key: str) -> Sequence[Link]:
        """The links of one of our records, one in each account that has it."""
        ...

    async def all_of(self, kind: str) -> Sequence[Link]: ...

    async def of_deal(self, deal: DealId) -> Sequence[Link]: ...
