"""Seals over the audit trail, by which a later change of an entry is noticed."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from domain.value import Value


class Seal(Value):
    """A digest of a month's entries up to an id, and of the month's seal before."""

    month: date
    through: int
    digest: str

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}/{self.through}/{self.digest}"


class TrailCheck(Value):
    """What a comparison of the trail with its seals found. `detached`: months kept elsewhere."""

    seals: tuple[Seal, ...]
    entries: int
    detached: tuple[date, ...]
    problems: tuple[str, ...]


class AuditSeals(Protocol):
    """The seals. Whoever owns the tables can make them anew: keep a copy of them elsewhere."""

    async def newest_entry(self) -> int:
        """Return the id of the newest entry; a minute later nothing older is written any more."""
        ...

    async def seal(self, through: int) -> Sequence[Seal]:
        """Seal the entries up to this id, and return the new seals."""
        ...

    async def check(self, kept: Sequence[str] = ()) -> TrailCheck:
        """Compare every entry with its seal, and the seals with those kept elsewhere."""
        ...
