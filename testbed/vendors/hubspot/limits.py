"""HubSpot's rate windows: rolling tenths of a second to days, per account."""

from collections import deque
from collections.abc import Mapping
from typing import Any

_INTERVAL = 10.0


class Window:
    """At most so many calls within any stretch of so many seconds."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self._seconds = seconds
        self._calls: deque[float] = deque()

    def left(self, now: float) -> int:
        while self._calls and self._calls[0] <= now - self._seconds:
            self._calls.popleft()
        return self.most - len(self._calls)

    def enter(self, now: float) -> bool:
        if self.left(now) <= 0:
            return False
        self._calls.append(now)
        return True


class Limits:
    """The windows of an account; switched off they count nothing and refuse nothing."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        given = options.get("limits", {})
        self._on = given is not False
        asked = given if isinstance(given, dict) else {}
        self.burst = Window(int(asked.get("burst", 190)), _INTERVAL)
        self.search = Window(int(asked.get("search", 5)), 1.0)
        self.daily = Window(int(asked.get("daily", 650_000)), 86_400.0)

    def refuse(self, *, search: bool, now: float) -> str:
        """The name of the limit that a call breaks, empty when it may pass."""
        if not self._on:
            return ""
        if search:
            return "" if self.search.enter(now) else "SECONDLY"
        if not self.burst.enter(now):
            return "TEN_SECONDLY_ROLLING"
        return "" if self.daily.enter(now) else "DAILY"

    def headers(self, now: float, *, daily: bool) -> dict[str, str]:
        """How much is left; an OAuth app is not told of the day."""
        told = {
            "X-HubSpot-RateLimit-Max": str(self.burst.most),
            "X-HubSpot-RateLimit-Remaining": str(self.burst.left(now)),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
            "X-HubSpot-RateLimit-Secondly": str(self.burst.most // 10),
            "X-HubSpot-RateLimit-Secondly-Remaining": str(max(0, self.burst.left(now) // 10)),
        }
        if daily:
            told["X-HubSpot-RateLimit-Daily"] = str(self.daily.most)
            told["X-HubSpot-RateLimit-Daily-Remaining"] = str(self.daily.left(now))
        return told
