"""The life of one effect: a change we want in another system, once. Pure transitions.

planned -> in flight(n) -> confirmed -> done -> reversed, with uncertain and refused on the way.
A store keeps the rows; every rule of who may send, when, and what is on record lives here.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType, Self

from domain.ids import DealId, ExternalId, Subject
from domain.refusal import Refusal
from domain.value import Value

EffectKind = NewType("EffectKind", str)


class EffectState(StrEnum):
    """The state of an effect."""

    PLANNED = "planned"
    IN_FLIGHT = "in_flight"
    UNCERTAIN = "uncertain"
    REFUSED = "refused"
    CONFIRMED = "confirmed"
    DONE = "done"
    REVERSED = "reversed"


class Receipt(Value):
    """The result of a change at the vendor: its id, its URL, its parts' ids by our keys."""

    id: ExternalId
    url: str = ""
    parts: dict[str, ExternalId] = {}


class Strategy(StrEnum):
    """A vendor's protection against a repeat (`docs/connectors.md`)."""

    UPSERT = "upsert"
    IDEMPOTENCY_KEY = "idempotency_key"
    UNIQUE_REFERENCE = "unique_reference"
    DRAFT = "draft"
    SEARCH_FIRST = "search_first"


class IdempotencyPolicy(Value):
    """The effect of repeating a change, as its connector declares it.

    `settle_time`: how long after a lost call its commit may still land and become findable.
    `key_lifetime`: how long the vendor remembers an idempotency key; None if it takes none.
    """

    strategy: Strategy
    settle_time: timedelta = timedelta(0)
    key_lifetime: timedelta | None = None

    @property
    def waits_to_settle(self) -> bool:
        """Whether a repeat must wait until a lost call has settled.

        A unique reference refuses the second at once. An upsert waits: its late first call would
        overwrite what was written after it.
        """
        return self.strategy is not Strategy.UNIQUE_REFERENCE


class EffectKey(Value):
    """The identity of an effect: its kind, and what it is about."""

    kind: EffectKind
    subject: Subject

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class KeyReused(Refusal):
    """The key already belongs to another command."""

    def __init__(self, key: EffectKey) -> None:
        super().__init__(f"the key {key} was already used for something else")


class Superseded(Refusal):
    """A younger attempt is on record, or the effect was reversed: this attempt must stop."""

    def __init__(self, key: EffectKey, attempt: int) -> None:
        super().__init__(f"{key}: attempt {attempt} is superseded")


class AlreadyReversed(Refusal):
    """The effect was reversed, and its kind is not repeatable."""

    def __init__(self, key: EffectKey) -> None:
        super().__init__(f"{key} was taken back: it is not made again under this key")


class NotSettled(Exception):
    """An older call may still land: try again after `until`."""

    def __init__(self, key: EffectKey, until: datetime) -> None:
        super().__init__(f"{key}: an earlier call may still land, until {until:%H:%M:%S} UTC")
        self.until = until


class Effect(Value):
    """One row of the ledger. After `until`, a lost call can no longer land."""

    key: EffectKey
    system: str
    deal: DealId
    digest: str
    state: EffectState = EffectState.PLANNED
    attempt: int = 0
    generation: int = 1
    first_sent: datetime | None = None
    until: datetime | None = None
    key_tainted: bool = False
    """The vendor may have stored an error under the present idempotency key."""
    receipt: Receipt | None = None
    proof: dict[str, str] = {}
    reason: str = ""

    @property
    def is_confirmed(self) -> bool:
        return self.state in {EffectState.CONFIRMED, EffectState.DONE}

    @property
    def search_first(self) -> bool:
        """Whether an earlier attempt may have left something behind."""
        return self.attempt > 1

    def start(
        self,
        digest: str,
        idempotency: IdempotencyPolicy,
        *,
        now: datetime,
        operation_timeout: timedelta,
        is_repeatable: bool = False,
    ) -> Self:
        """Start a new attempt, or stay as recorded.

        `operation_timeout` is the longest a call may take.
        Raises KeyReused, AlreadyReversed, or NotSettled.
        """
        if digest != self.digest:
            raise KeyReused(self.key)
        if self.is_confirmed:
            return self
        if self.state is EffectState.REVERSED and not is_repeatable:
            raise AlreadyReversed(self.key)
        if idempotency.waits_to_settle:
            self.require_settled(now)
        return self.model_copy(
            update={
                "state": EffectState.IN_FLIGHT,
                "attempt": self.attempt + 1,
                "generation": self._next_generation(idempotency, now),
                "first_sent": self.first_sent if self._keeps_key(idempotency, now) else now,
                "until": now + operation_timeout + idempotency.settle_time,
                "key_tainted": False,
                "receipt": None,
                "reason": "",
            }
        )

    def confirm(self, attempt: int, receipt: Receipt) -> Self:
        """Record what was made, once; a later receipt does not change it."""
        if self.is_confirmed:
            return self
        self._fence(attempt)
        return self.model_copy(
            update={"state": EffectState.CONFIRMED, "receipt": receipt, "until": None, "reason": ""}
        )

    def mark_uncertain(
        self, attempt: int, reason: str, *, until: datetime, key_tainted: bool
    ) -> Self:
        """Record that the call may have happened, or may still happen until `until`."""
        self._fence(attempt)
        return self.model_copy(
            update={
                "state": EffectState.UNCERTAIN,
                "until": until,
                "key_tainted": key_tainted,
                "reason": reason,
            }
        )

    def refuse(self, attempt: int, reason: str) -> Self:
        """Record that the call did nothing; the vendor may repeat its refusal under the key."""
        self._fence(attempt)
        return self.model_copy(
            update={
                "state": EffectState.REFUSED,
                "until": None,
                "key_tainted": True,
                "reason": reason,
            }
        )

    def finish(self, proof: dict[str, str]) -> Self:
        """Record the proof that what was read back equals what was asked."""
        if self.state is EffectState.DONE:
            return self
        if self.state is not EffectState.CONFIRMED:
            raise Refusal(f"{self.key} is {self.state}: only a confirmed effect is done")
        return self.model_copy(update={"state": EffectState.DONE, "proof": proof})

    def reverse(self, reason: str) -> Self:
        """Record that it is gone at the vendor; no older attempt may bring it back."""
        return self.model_copy(
            update={
                "state": EffectState.REVERSED,
                "attempt": self.attempt + 1,
                "until": None,
                "reason": reason,
            }
        )

    def require_settled(self, now: datetime) -> None:
        """Raise NotSettled while an earlier call may still land unseen."""
        pending = self.state in {EffectState.IN_FLIGHT, EffectState.UNCERTAIN}
        if pending and self.until and now < self.until:
            raise NotSettled(self.key, self.until)

    def _next_generation(self, idempotency: IdempotencyPolicy, now: datetime) -> int:
        if self.attempt == 0:
            return self.generation
        renew = self.state is EffectState.REVERSED or not self._keeps_key(idempotency, now)
        return self.generation + renew

    def _keeps_key(self, idempotency: IdempotencyPolicy, now: datetime) -> bool:
        if idempotency.key_lifetime is None:
            return self.state is not EffectState.REVERSED and self.first_sent is not None
        young = self.first_sent is not None and now - self.first_sent < idempotency.key_lifetime
        return young and not self.key_tainted and self.state is not EffectState.REVERSED

    def _fence(self, attempt: int) -> None:
        if attempt != self.attempt or self.state is not EffectState.IN_FLIGHT:
            raise Superseded(self.key, attempt)
