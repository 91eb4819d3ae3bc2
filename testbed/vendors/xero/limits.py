"""Xero's rate limits: fixed windows, each opened by its first call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from testbed.vendors.common.call import Answer, Refusal

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SIZES = {"minute": 60, "day": 5_000, "appminute": 10_000}


@dataclass(slots=True)
class Window:
    """How many calls are left until the window closes."""

    size: int
    length: timedelta
    opened: datetime | None = None
    used: int = 0

    def roll(self, now: datetime) -> None:
        if self.opened is None or now >= self.opened + self.length:
            self.opened, self.used = now, 0

    @property
    def left(self) -> int:
        return max(0, self.size - self.used)

    def closes_in(self, now: datetime) -> int:
        """Whole seconds until the next window can open, at least one."""
        end = (self.opened or now) + self.length
        return max(1, -int((now - end).total_seconds() // 1))


class Limits:
    """Counts the calls of each app to the one organisation."""

    def __init__(self, option: object) -> None:
        self.enforced = option is not False
        self._sizes = SIZES | (dict(option) if isinstance(option, Mapping) else {})
        self._windows: dict[str, dict[str, Window]] = {}

    def admit(self, app: str, now: datetime) -> None:
        windows = self._of(app)
        for problem, window in windows.items():
            window.roll(now)
            if self.enforced and not window.left:
                raise Refusal(too_many(problem, window.closes_in(now)))
        for window in windows.values():
            window.used += 1

    def headers(self, app: str, *, tenant: bool) -> dict[str, str]:
        """The remaining calls; without a tenant only those of the app."""
        left = {name: str(window.left) for name, window in self._of(app).items()}
        told = {"X-AppMinLimit-Remaining": left["appminute"]}
        if tenant:
            told["X-DayLimit-Remaining"] = left["day"]
            told["X-MinLimit-Remaining"] = left["minute"]
        return told

    def _of(self, app: str) -> dict[str, Window]:
        if app not in self._windows:
            lengths = {"day": DAY, "minute": MINUTE, "appminute": MINUTE}
            self._windows[app] = {
                name: Window(self._sizes[name], length) for name, length in lengths.items()
            }
        return self._windows[app]


def too_many(problem: str, retry_after: int | None) -> Answer:
    """429; `Retry-After` comes for the minute and the day only."""
    headers = {"X-Rate-Limit-Problem": problem}
    if retry_after is not None and problem in {"minute", "day"}:
        headers["Retry-After"] = str(retry_after)
    return Answer(429, b"", headers | {"Content-Type": "text/html"})
