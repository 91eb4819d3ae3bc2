"""Permission to change other systems: it ends by itself, and can be taken back.

The clock of a lease counts this machine's seconds, asleep or awake. Nobody can set it, and it is
never compared with another machine's: the ledger's own deadline is counted later, so it is later.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta

from ports.failures import Uncertain

Seconds = Callable[[], float]


def machine_seconds() -> float:
    """Return seconds that never go back, and go on while the machine is suspended."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class LeaseEnded(Uncertain):
    """The attempt has no permission any more: this request was not sent."""


class Lease:
    """Permission for one attempt. It is held within a block, and ends with the lease around it."""

    def __init__(
        self, lasts: timedelta | None = None, *, seconds: Seconds = machine_seconds
    ) -> None:
        self._seconds = seconds
        self._ends = None if lasts is None else seconds() + lasts.total_seconds()
        self._around = _held.get()
        self._revoked = ""

    def revoke(self, reason: str) -> None:
        """Take the permission back, for good."""
        self._revoked = self._revoked or reason

    def remaining(self) -> float | None:
        """Return the seconds that are left; None if only a revocation ends it."""
        return None if self._ends is None else max(self._ends - self._seconds(), 0.0)

    @property
    def why_ended(self) -> str:
        """Say why it ended; empty while it holds."""
        if self._revoked:
            return self._revoked
        if self._ends is not None and self._seconds() >= self._ends:
            return "the time of this attempt is over"
        return self._around.why_ended if self._around else ""

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let every change within the block, and within tasks it starts, ask this lease."""
        token = _held.set(self)
        try:
            yield
        finally:
            _held.reset(token)


_held: ContextVar[Lease | None] = ContextVar("lease", default=None)


def require_lease(system: str) -> None:
    """Raise LeaseEnded if the attempt that runs here has no permission any more.

    Code that runs outside an attempt, such as a set-up, needs none.
    """
    lease = _held.get()
    if lease and (why := lease.why_ended):
        raise LeaseEnded(system, f"{why}: nothing more was sent")
