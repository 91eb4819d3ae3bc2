"""Our records at one vendor, as its lists have them."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from domain.effect import EffectKind
from domain.ids import DealId, ExternalId
from domain.reconciliation import WrittenRevenue
from domain.vendor_record import VendorRecord


class Records(Protocol):
    """Lists the records that carry a reference of our installation, whoever made them.

    `settle_time`: how long after a lost call a record may still appear.
    """

    @property
    def system(self) -> str: ...
    async def tenant(self) -> str:
        """The vendor's account, as of an operation."""
        ...

    @property
    def settle_time(self) -> timedelta: ...
    @property
    def kinds(self) -> Sequence[EffectKind]:
        """The kinds of effects whose records it lists."""
        ...

    def changed_since(self, kind: EffectKind, since: datetime) -> AsyncIterator[VendorRecord]:
        """Records of ours changed at or after this moment, gone ones too if the vendor keeps them.

        Each page is read when its first record is asked for, so that a reader may stop early.
        The oldest change comes first. May repeat.
        """
        ...

    async def read(self, kind: EffectKind, id: ExternalId) -> VendorRecord | None:
        """The record, fresh; None if it left no trace, or is another's.

        Its subject is empty while our reference is not written yet.
        """
        ...

    async def remove(self, record: VendorRecord) -> None:
        """Remove a removable record; what is already gone is no failure.

        Raises Rejected if it is removable no more, as a draft that was issued.
        """
        ...


class RevenueRecords(Protocol):
    """Reads the figures that we wrote to the deals' records in the CRM."""

    @property
    def system(self) -> str: ...
    @property
    def settle_time(self) -> timedelta: ...

    async def tenant(self) -> str:
        """The vendor's account, as of an operation."""
        ...

    async def revenue(self, deal: DealId) -> WrittenRevenue | None:
        """The figures, fresh; None if the record is gone or not ours."""
        ...
