"""Keeps calls away from a system that does not answer, until it answers again.

After some calls in a row without an answer, one call at a time is let through as a probe; all
others fail at once. Whoever waits for the system may so try again often without a burden to it.
"""

from dataclasses import dataclass

from ports.failures import Unreachable
from ports.lease import Seconds, machine_seconds

_FAILURES = 5
_PROBE_INTERVAL = 3.0
"""Seconds between two probes."""


@dataclass
class CircuitBreaker:
    """The breaker of one host: closed after each answer, open after some calls without one."""

    host: str
    seconds: Seconds = machine_seconds
    failures: int = 0
    next_probe: float = 0.0

    def require(self, system: str) -> None:
        """Raise Unreachable if this call must not be made; else count it as the probe."""
        if self.failures < _FAILURES:
            return
        if self.seconds() < self.next_probe:
            raise Unreachable(system, f"not called: {self.host} does not answer")
        self.next_probe = self.seconds() + _PROBE_INTERVAL

    def answered(self) -> None:
        self.failures = 0

    def failed(self) -> None:
        self.failures += 1
        if self.failures == _FAILURES:
            self.next_probe = self.seconds() + _PROBE_INTERVAL
