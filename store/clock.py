"""The database's time. It decides what is early and what is late; no worker's clock does.

Between two readings, this machine's seconds (`ports.lease`) carry the time on.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from ports.failures import Unreachable
from ports.lease import Seconds, machine_seconds
from store.database import Database, Query, Session

NOW: Final = func.clock_timestamp().label("now")
_READ: Final = Query(select(NOW))

MOST_SKEW: Final = timedelta(seconds=2)
"""Nothing is decided by a machine's own clock, but its log is read by it, and TLS needs it."""
_DRIFT: Final = 1e-3
"""Seconds that two clocks may part within one second; a machine's clock is slewed by less."""
_SLACK: Final = 0.05
_FRESH: Final = 60.0
"""Seconds after which a reading is too old to begin an attempt by."""


class ClockMoved(Unreachable):
    """The database's clock was set, or another server took over: the attempt must start again."""


@dataclass(frozen=True)
class _Reading:
    """The database said `read` at some moment between `sent` and `received`."""

    read: datetime
    sent: float
    received: float

    def latest(self, seconds: float) -> datetime:
        """Return the latest that the database's time can be now."""
        return self.read + timedelta(seconds=(seconds - self.sent) * (1 + _DRIFT))

    def earliest(self, seconds: float) -> datetime:
        return self.read + timedelta(seconds=seconds - self.received)

    def agrees_with(self, other: "_Reading") -> bool:
        slack = timedelta(seconds=_SLACK + _DRIFT * abs(self.received - other.received))
        here = self.received
        return (
            self.earliest(here) <= other.latest(here) + slack
            and other.earliest(here) <= self.latest(here) + slack
        )

    @property
    def error(self) -> float:
        return self.received - self.sent


class DatabaseClock:
    """The database's time, never earlier than it is."""

    def __init__(self, database: Database, seconds: Seconds = machine_seconds) -> None:
        self._database = database
        self._seconds = seconds
        self._reading: _Reading | None = None
        self._moved: float | None = None

    def seconds(self) -> float:
        return self._seconds()

    def now(self) -> datetime:
        """Return the database's time; this machine's own, before the database was ever reached."""
        if self._reading is None:
            return datetime.now(UTC)
        return self._reading.latest(self._seconds())

    def since_move(self) -> timedelta:
        """Return how long ago this machine saw that the database's clock was set."""
        moved = self._moved
        return timedelta.max if moved is None else timedelta(seconds=self._seconds() - moved)

    async def skew(self) -> timedelta:
        """Return how far this machine's clock is ahead of the database's."""
        async with self._database.session() as session:
            await self.read(session)
        return datetime.now(UTC) - self.now()

    async def read(self, session: Session) -> None:
        """Ask the database for its time."""
        sent = self._seconds()
        if row := await session.one(_READ):
            self.observe(row["now"], sent=sent)

    async def set(self, session: Session) -> None:
        """Ask for the time if nobody did for a minute."""
        if self._reading is None or self._seconds() - self._reading.received > _FRESH:
            await self.read(session)

    def observe(self, read: datetime, *, sent: float) -> None:
        """Learn from what the database said in answer to a statement sent at `sent`.

        Raises ClockMoved, and follows the new clock, if it contradicts the reading before.
        """
        new, old = _Reading(read, sent, self._seconds()), self._reading
        if old and not new.agrees_with(old):
            self._reading, self._moved = new, new.received
            step = new.read - old.latest(new.sent)
            raise ClockMoved("postgres", f"its clock moved by {step.total_seconds():+.1f} s")
        age = new.received - old.received if old else 0.0
        if old is None or new.error <= old.error + _DRIFT * age:
            self._reading = new
