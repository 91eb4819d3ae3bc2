"""Faults on demand, decided by a hash of the call, so that the same run fails the same way."""

from enum import StrEnum
from fnmatch import fnmatchcase
from hashlib import blake2b

from pydantic import BaseModel, ConfigDict, Field


class Fault(StrEnum):
    """A failure of a call for its caller."""

    ERROR_BEFORE = "error_before"
    ERROR_AFTER = "error_after"
    LOST_REPLY = "lost_reply"
    LATE_COMMIT = "late_commit"
    THROTTLE = "throttle"
    HANG = "hang"
    MALFORMED = "malformed"
    EXPIRED_TOKEN = "expired_token"


class Rule(BaseModel):
    """A fault for the calls that fit three globs; `attempt` None means every attempt.

    `trace` is the caller's X-Correlation-Id.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    operation: str = "*"
    key: str = "*"
    trace: str = "*"
    attempt: int | None = 0
    kind: Fault

    def fits(self, operation: str, key: str, attempt: int, trace: str = "") -> bool:
        return (
            self.attempt in (None, attempt)
            and fnmatchcase(operation, self.operation)
            and fnmatchcase(key, self.key)
            and fnmatchcase(trace, self.trace)
        )


class FaultConfig(BaseModel):
    """The rules of which calls fail and how; by default, none does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 0
    rate: float = Field(0.0, ge=0, le=1)
    weights: dict[Fault, int] = Field(default_factory=lambda: dict.fromkeys(Fault, 1))
    late_by: float = Field(3.0, ge=0)
    hang_for: float = Field(5.0, ge=0)
    retry_after: int | None = 1
    actors: tuple[str, ...] = ("*",)
    """Globs of the actors whose calls may fail; all other calls succeed."""
    rules: tuple[Rule, ...] = ()


class Faults:
    """Decides the fault of each call from (seed, operation, key, attempt) alone."""

    def __init__(self, config: FaultConfig) -> None:
        self.config = config
        self._attempts: dict[tuple[str, str], int] = {}

    def replace(self, config: FaultConfig) -> None:
        """Replace the config; attempts are counted from 0 again, so that the run replays."""
        self.config = config
        self._attempts.clear()

    def resume(self, operation: str, key: str, attempt: int) -> None:
        """Go on counting after an attempt that an earlier process logged."""
        self._attempts[operation, key] = attempt + 1

    def attempt(self, operation: str, key: str) -> int:
        """The number of this call among those with its operation and key, from 0."""
        number = self._attempts.get((operation, key), 0)
        self._attempts[operation, key] = number + 1
        return number

    def decide(
        self,
        operation: str,
        key: str,
        attempt: int,
        *,
        actor: str = "",
        trace: str = "",
    ) -> Fault | None:
        if not any(fnmatchcase(actor, glob) for glob in self.config.actors):
            return None
        for rule in self.config.rules:
            if rule.fits(operation, key, attempt, trace):
                return rule.kind
        if not self.config.rate:
            return None
        return self._drawn(f"{self.config.seed}|{operation}|{key}|{attempt}")

    def _drawn(self, text: str) -> Fault | None:
        digest = blake2b(text.encode(), digest_size=16).digest()
        chance, lot = int.from_bytes(digest[:8]), int.from_bytes(digest[8:])
        weights = self.config.weights
        if chance >= self.config.rate * 2**64 or not sum(weights.values()):
            return None
        lot %= sum(weights.values())
        for kind in Fault:
            lot -= weights.get(kind, 0)
            if lot < 0:
                return kind
        return None
