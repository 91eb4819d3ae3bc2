"""The time entries on record, with all their versions."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from domain.command import CommandRecord
from domain.ids import DealId, ExternalId
from domain.time_record import TimeKey, TimeRecord
from domain.timesheet import TimeChanges

Decide = Callable[[TimeRecord], TimeRecord]
"""Returns the record as it shall be; it raises Refusal to change none."""


class Timesheets(Protocol):
    """Every version that a method changes has its audit entry, in the same transaction."""

    async def record(
        self, system: str, tenant: str, changes: TimeChanges, *, now: datetime
    ) -> None:
        """Take over what was booked on our projects, and what was deleted.

        Repeating it changes nothing.
        """
        ...

    async def change(
        self,
        keys: Collection[TimeKey],
        decide: Decide,
        *,
        now: datetime,
        command: CommandRecord | None = None,
    ) -> None:
        """Decide on these records, none of which changes meanwhile.

        The command, if there is one, goes on record as accepted.
        """
        ...

    async def of_deal(
        self, deal: DealId, first: date = date.min, last: date = date.max
    ) -> Sequence[TimeRecord]:
        """The records whose newest version is of these days, in their order."""
        ...

    async def known(self, system: str, tenant: str, since: date) -> Mapping[ExternalId, bool]:
        """The entries of this day and later that were not deleted; whether the PM approved them."""
        ...

    async def waiting(self, *, recorded_before: datetime) -> Sequence[TimeRecord]:
        """The records that wait for approval since then, or that the PM says are approved."""
        ...

    async def turned(self, *, since: datetime) -> Mapping[DealId, datetime]:
        """The deals that have other time to bill or to adjust since then, and since when."""
        ...

    async def people(self, first: date, last: date) -> frozenset[str]:
        """Who booked time on our projects in these days, by their ids in the PM."""
        ...
