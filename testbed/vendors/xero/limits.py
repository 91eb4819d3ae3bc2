"""Xero's rate limits, for each app and organisation."""

from collections.abc import Mapping
from math import ceil

from testbed.vendors.common.call import Refusal, Response
from testbed.vendors.common.clock import Clock
from testbed.vendors.common.rate_limits import Limit, RateLimits

# https://developer.xero.com/documentation/guides/oauth2/limits
_MINUTE, _DAY, _APP_MINUTE, _CONCURRENT = "minute", "day", "appminute", "concurrent"
_LIMITS = (
    Limit(name=_MINUTE, most=60, seconds=60, is_fixed=True),
    Limit(name=_DAY, most=5_000, seconds=86_400, is_fixed=True),
    Limit(name=_APP_MINUTE, most=10_000, seconds=60, is_fixed=True),
    Limit(name=_CONCURRENT, most=5),
)


class XeroLimits:
    """Counts the calls of each app to the one organisation."""

    def __init__(self, clock: Clock, option: object) -> None:
        self._limits = RateLimits(clock, _LIMITS, option)

    def check(self, app: str) -> None:
        """Count a call. Raises Refusal if a limit has no room for it."""
        if exceeded := self._limits.spend({limit.name: app for limit in _LIMITS}):
            raise Refusal(too_many(exceeded.limit.name, exceeded.wait))

    def finish(self, app: str) -> None:
        """End a counted call."""
        self._limits.release(_CONCURRENT, app)

    def headers(self, app: str, *, tenant: bool) -> Mapping[str, str]:
        """The remaining calls; for a call without an organisation only those of the app."""
        names = {"X-AppMinLimit-Remaining": _APP_MINUTE}
        if tenant:
            names |= {"X-DayLimit-Remaining": _DAY, "X-MinLimit-Remaining": _MINUTE}
        return {name: str(self._limits.remaining(limit, app)) for name, limit in names.items()}


def too_many(problem: str, wait: float | None) -> Response:
    """429. Xero sends `Retry-After` for the minute and the day only."""
    headers = {"X-Rate-Limit-Problem": problem, "Content-Type": "text/html"}
    if wait is not None and problem in {_MINUTE, _DAY}:
        headers["Retry-After"] = str(ceil(wait))
    return Response(429, b"", headers)
