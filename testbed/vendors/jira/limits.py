"""Jira's rate windows: bursts for each endpoint of the site, and writes to a single issue."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from testbed.vendors.common.call import Answer, Call

_TEXT = "The request has been rate-limited. Please try again later."
_BURST = {"GET": 100, "POST": 100, "PUT": 50, "DELETE": 50}
_ISSUE = ((2.0, 20), (30.0, 100))
_NEAR = 0.2


@dataclass(frozen=True, slots=True)
class Window:
    """So many calls in so many seconds, and why one more is refused."""

    seconds: float
    most: int
    reason: str


class Limits:
    """Counts calls in sliding windows; `limits: false` in the options turns it off."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        given = options.get("limits", {})
        self.on = given is not False
        self._burst = _BURST | (dict(given.get("burst", {})) if isinstance(given, Mapping) else {})
        self._calls: dict[str, deque[float]] = {}

    def windows(self, call: Call) -> list[tuple[str, Window]]:
        """The windows a call falls into, each with the name it is counted under."""
        most = self._burst.get(call.method, 100)
        found = [(call.operation, Window(1.0, most, "jira-burst-based"))]
        if call.method != "GET" and "issue" in call.params:
            reason = "jira-per-issue-on-write"
            for seconds, writes in _ISSUE:
                name = f"{seconds} {call.params['issue']}"
                found.append((name, Window(seconds, writes, reason)))
        return found

    def full(self, call: Call, now: float) -> tuple[Window, float] | None:
        """The window that has no room for the call and the wait for room; otherwise it counts."""
        windows = self.windows(call)
        for name, window in windows:
            made = self._calls.setdefault(name, deque())
            while made and made[0] <= now - window.seconds:
                made.popleft()
            if len(made) >= window.most:
                return window, made[0] + window.seconds - now
        for name, _ in windows:
            self._calls[name].append(now)
        self._forget(now)
        return None

    def _forget(self, now: float) -> None:
        if len(self._calls) > 10_000:
            last = _ISSUE[-1][0]
            old = [name for name, made in self._calls.items() if not made or made[-1] < now - last]
            for name in old:
                del self._calls[name]

    def headers(self, call: Call) -> dict[str, str]:
        """What an answer says of the burst window."""
        most = self._burst.get(call.method, 100)
        left = max(0, most - len(self._calls.get(call.operation, ())))
        headers = {"X-RateLimit-Limit": str(most), "X-RateLimit-Remaining": str(left)}
        return headers | ({"X-RateLimit-NearLimit": "true"} if left < most * _NEAR else {})


def throttled(reason: str, retry_after: int | None, most: int, reset: str) -> Answer:
    """Jira's 429: nothing was done."""
    headers = {
        "X-RateLimit-Limit": str(most),
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": reset,
        "X-RateLimit-NearLimit": "true",
        "RateLimit-Reason": reason,
    }
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return Answer(429, {"errorMessages": [_TEXT], "errors": {}, "status": 429}, headers)
