"""The vendor's clock: real time plus what a test has advanced it by."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(at: datetime) -> int:
    """The milliseconds since 1970."""
    return (at - _EPOCH) // _MILLISECOND


def instant(ms: int) -> datetime:
    """The aware instant of these milliseconds."""
    return _EPOCH + ms * _MILLISECOND


class Clock:
    """Tells aware UTC time; it can be advanced, never set back."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self.when_advanced: list[Callable[[], None]] = []
        """Callbacks for an advance of the clock, such as those of timers."""

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def seconds(self) -> float:
        return self.now().timestamp()

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=max(0.0, seconds))
        for act in self.when_advanced:
            act()
