"""Rate windows: fixed, each opened by its first call, counted per organisation and per app."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from testbed.vendors.common.call import Answer, Refusal

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SIZES = {"minute": 60, "day": 5_000, "app_minute": 10_000}


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
    """Counts the calls to the one organisation; refuses only when `enforced`."""

    def __init__(self, option: object) -> None:
        sizes = SIZES | (dict(option) if isinstance(option, Mapping) else {})
        self.enforced = bool(option)
        self._minute = Window(sizes["minute"], MINUTE)
        self._day = Window(sizes["day"], DAY)
        self._size_of_app_minute = sizes["app_minute"]
        self._app_minutes: dict[str, Window] = {}

    def admit(self, app: str, now: datetime) -> None:
        """Take one call from each window, or refuse with the first that is empty."""
        windows = {"day": self._day, "minute": self._minute, "appminute": self._app_minute(app)}
        for problem, window in windows.items():
            window.roll(now)
            if self.enforced and not window.left:
                raise Refusal(too_many(problem, window.closes_in(now)))
        for window in windows.values():
            window.used += 1

    def headers(self, app: str, *, tenant: bool) -> dict[str, str]:
        """What is left, as every answer tells; without a tenant only the app's own."""
        told = {"X-AppMinLimit-Remaining": str(self._app_minute(app).left)}
        if tenant:
            told["X-DayLimit-Remaining"] = str(self._day.left)
            told["X-MinLimit-Remaining"] = str(self._minute.left)
        return told

    def _app_minute(self, app: str) -> Window:
        return self._app_minutes.setdefault(app, Window(self._size_of_app_minute, MINUTE))


def too_many(problem: str, retry_after: int | None) -> Answer:
    """429; `Retry-After` comes for the minute and the day only."""
    headers = {"X-Rate-Limit-Problem": problem}
    if retry_after is not None and problem in {"minute", "day"}:
        headers["Retry-After"] = str(retry_after)
    return Answer(429, b"", headers | {"Content-Type": "text/html"})
