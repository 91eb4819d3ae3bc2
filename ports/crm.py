"""The system where sales work."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.deal import Deal
from domain.ids import DealId
from domain.owner_task import OwnerTask
from domain.value import Value
from domain.write_back import WriteBack
from ports.capability import Capability
from ports.operation import Operation
from ports.probe import Probe


class ChangedDeal(Value):
    """A deal that is won, or that Cashward carries, and when its record last changed."""

    deal: DealId
    changed_at: datetime
    is_won: bool = True


class Crm(Protocol):
    """Reads deals with all that belongs to them; writes back to the deal's record.

    `owner_task` gives the deal's owner a task; its undo closes the task.
    """

    @property
    def capabilities(self) -> frozenset[Capability]: ...
    @property
    def write_back(self) -> Operation[WriteBack]: ...
    @property
    def owner_task(self) -> Operation[OwnerTask]: ...

    async def read_deal(self, deal: DealId) -> Deal:
        """The deal, fresh, with account, contacts, lines and terms. Raises Absent."""
        ...

    async def changed_since(self, since: datetime) -> Sequence[ChangedDeal]:
        """Won deals, and deals that carry our key, that changed at or after this moment.

        A carried deal may have left the won stage. Oldest change first. May lag and may repeat:
        ask again with an overlap.
        """
        ...

    async def set_up(self, *, dry_run: bool) -> Sequence[str]:
        """Create the missing fields and labels. Return what was (or would be) made."""
        ...

    async def probe(self) -> Probe: ...
