"""The vendor's clock: real time, and as far ahead as a test has pushed it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """Tells aware UTC time; it can be advanced, never set back."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self.when_advanced: list[Callable[[], None]] = []
        """What is called when the clock was advanced, such as what waits for a time."""

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def seconds(self) -> float:
        return self.now().timestamp()

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=max(0.0, seconds))
        for act in self.when_advanced:
            act()
