"""Jira's rate limits: bursts of an endpoint, writes to an issue, points of an application."""

import math
from collections.abc import Hashable

from testbed.vendors.common.call import Call, Refusal, Response
from testbed.vendors.common.clock import Clock
from testbed.vendors.common.rate_limits import Exceeded, Limit, RateLimits
from testbed.vendors.jira.times import format_time

# Atlassian, "Rate limiting", August 2026. A point limit is of an application in a site.
_LIMITS = (
    Limit(name="GET", most=100, seconds=1),
    Limit(name="POST", most=100, seconds=1),
    Limit(name="PUT", most=50, seconds=1),
    Limit(name="DELETE", most=50, seconds=1),
    Limit(name="issue", most=20, seconds=2),
    Limit(name="issue sustained", most=100, seconds=30),
    Limit(name="points", most=65_000, seconds=3600, is_fixed=True),
)
_REASONS = {
    "issue": "jira-per-issue-on-write",
    "issue sustained": "jira-per-issue-on-write",
    "points": "jira-quota-global-based",
}
_BURST = "jira-burst-based"
_NEAR = 0.2
_PERSON = 2  # points of a person; any other object costs one
# Posts that only read; each object that they answer costs a point.
_READING_POSTS = ("/bulkfetch", "/worklog/list")
_LISTS = ("values", "issues", "worklogs", "actors")


class JiraLimits:
    """Counts the calls of one site. An API token spends no points."""

    def __init__(self, clock: Clock, site: str, option: object) -> None:
        self._clock = clock
        self._site = site
        self._limits = RateLimits(clock, _LIMITS, option)

    def check(self, call: Call) -> None:
        """Count a call and one point, or refuse the call."""
        keys: dict[str, Hashable] = {_burst(call): self._endpoint(call)}
        if call.method != "GET" and "issue" in call.params:
            keys |= dict.fromkeys(("issue", "issue sustained"), call.params["issue"])
        if call.application:
            keys["points"] = self._site, call.application
        if exceeded := self._limits.spend(keys):
            raise Refusal(self._refusal(exceeded))

    def count_objects(self, call: Call, answer: Response) -> None:
        """Count the points of the objects that a call has read."""
        reads = call.method == "GET" or call.path.endswith(_READING_POSTS)
        if call.application and reads and answer.status == 200:
            cost = _PERSON if call.path.endswith("/myself") else _objects(answer.body)
            self._limits.spend({"points": (self._site, call.application)}, cost)

    def headers(self, call: Call) -> dict[str, str]:
        """The headers of an answer, which tell the state of the burst limit."""
        most = self._limits[_burst(call)].most
        left = self._limits.remaining(_burst(call), self._endpoint(call))
        headers = {"X-RateLimit-Limit": str(most), "X-RateLimit-Remaining": str(left)}
        return headers | ({"X-RateLimit-NearLimit": "true"} if left < most * _NEAR else {})

    def refuse(self, call: Call, retry_after: int | None) -> Response:
        """The 429 of a burst that is too large."""
        return self._answer(_BURST, self._limits[_burst(call)].most, retry_after)

    def _refusal(self, exceeded: Exceeded) -> Response:
        limit = exceeded.limit
        return self._answer(
            _REASONS.get(limit.name, _BURST), limit.most, max(1, math.ceil(exceeded.wait))
        )

    def _answer(self, reason: str, most: int, retry_after: int | None) -> Response:
        reset = round((self._clock.seconds() + (retry_after or 0)) * 1000)
        headers = {
            "X-RateLimit-Limit": str(most),
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": f"{format_time(reset)[:19]}Z",
            "X-RateLimit-NearLimit": "true",
            "RateLimit-Reason": reason,
        }
        if retry_after is not None:
            headers["Retry-After"] = str(retry_after)
        text = "The request has been rate-limited. Please try again later."
        return Response(429, {"errorMessages": [text], "errors": {}, "status": 429}, headers)

    def _endpoint(self, call: Call) -> Hashable:
        return self._site, call.template.removeprefix("/ex/jira/{cloud}")


def _burst(call: Call) -> str:
    """The name of the burst limit of a method."""
    return call.method if call.method in {"POST", "PUT", "DELETE"} else "GET"


def _objects(body: object) -> int:
    if isinstance(body, list):
        return len(body)
    lists = [body[name] for name in _LISTS if name in body] if isinstance(body, dict) else []
    return len(lists[0]) if lists else 1
