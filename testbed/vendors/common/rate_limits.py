"""Rate limits: how many calls may be made in a time, and how many at once."""

from collections import deque
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from testbed.vendors.common.clock import Clock

_MOST_WINDOWS = 10_000


@dataclass(frozen=True, kw_only=True)
class Limit:
    """At most `most` points in any `seconds`.

    A fixed window opens with its first call and forgets all calls when it closes. A limit without
    `seconds` bounds the calls in flight.
    """

    name: str
    most: int
    seconds: float = 0
    is_fixed: bool = False


@dataclass(frozen=True)
class Exceeded:
    """The limit that has no room for a call, and the seconds until it has."""

    limit: Limit
    wait: float


@dataclass
class _Window:
    """The use of a limit by one key: the calls that count, oldest first, each with its cost."""

    limit: Limit
    used: int = 0
    calls: deque[tuple[float, int]] = field(default_factory=deque)

    def add(self, now: float, cost: int) -> None:
        self.used += cost
        if self.limit.is_fixed and self.calls:
            opened, spent = self.calls[0]
            self.calls[0] = opened, spent + cost
        elif self.limit.seconds:
            self.calls.append((now, cost))

    def forget(self, now: float) -> None:
        """Drop the calls that no longer count."""
        while self.calls and self.wait(now) <= 0:
            self.used -= self.calls.popleft()[1]

    def wait(self, now: float) -> float:
        """Seconds until the oldest call no longer counts."""
        return self.calls[0][0] + self.limit.seconds - now if self.calls else 0.0


class RateLimits:
    """Counts calls by limit and key, such as an application in a tenant.

    `option` is the vendor's option `limits`: false counts without refusing, a mapping replaces the
    sizes of the limits that it names.
    """

    def __init__(self, clock: Clock, limits: Iterable[Limit], option: object = None) -> None:
        sizes = option if isinstance(option, Mapping) else {}
        self.enforced = option is not False
        self._clock = clock
        self._limits = {
            limit.name: replace(limit, most=int(sizes.get(limit.name, limit.most)))
            for limit in limits
        }
        self._windows: dict[tuple[str, Hashable], _Window] = {}

    def __getitem__(self, name: str) -> Limit:
        return self._limits[name]

    def spend(self, keys: Mapping[str, Hashable], cost: int = 1) -> Exceeded | None:
        """Count a call in the named limits, or in none of them if one has no room for it."""
        now = self._clock.seconds()
        windows = [self._window(name, key) for name, key in keys.items()]
        for window in windows if self.enforced else ():
            if window.used + cost > window.limit.most:
                return Exceeded(window.limit, window.wait(now))
        for window in windows:
            window.add(now, cost)
        return None

    def release(self, name: str, key: Hashable) -> None:
        """End a call that was counted in flight."""
        window = self._window(name, key)
        window.used = max(0, window.used - 1)

    def remaining(self, name: str, key: Hashable) -> int:
        window = self._window(name, key)
        return max(0, window.limit.most - window.used)

    def _window(self, name: str, key: Hashable) -> _Window:
        now = self._clock.seconds()
        if len(self._windows) > _MOST_WINDOWS:
            for each in self._windows.values():
                each.forget(now)
            self._windows = {each: kept for each, kept in self._windows.items() if kept.used}
        window = self._windows.setdefault((name, key), _Window(self._limits[name]))
        window.forget(now)
        return window
