"""The life of one effect: a change we want in another system, once. Pure transitions.

planned -> in flight(n) -> confirmed -> done -> reversing(n) -> reversed, with uncertain and refused
on the way. A store keeps the rows; every rule of who may send, when, and what is on record is here.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType, Self

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
    REVERSING = "reversing"
    REVERSED = "reversed"


LEFT_NOTHING: Final = frozenset({EffectState.PLANNED, EffectState.REFUSED, EffectState.REVERSED})
"""The states of an effect that has no record at its vendor."""


class Receipt(Value):
    """The result of a change at the vendor: its id, its URL, its parts' ids by our keys."""

    id: ExternalId
    url: str = ""
    parts: dict[str, ExternalId] = {}

    def differs_from(self, elected: Self) -> bool:
        """Return whether it names another record, or another part under the same key."""
        both = self.parts.keys() & elected.parts.keys()
        return self.id != elected.id or any(self.parts[k] != elected.parts[k] for k in both)


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
    """The identity of an effect: in which account of which system, its kind, what it is about.

    The installation is that of the whole ledger.
    """

    system: str
    tenant: str
    kind: EffectKind
    subject: Subject

    @property
    def account(self) -> str:
        return f"{self.system} {self.tenant}"

    @property
    def role(self) -> str:
        """The role that makes it, such as `erp`."""
        return self.kind.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} in {self.account}"


class KeyReused(Refusal):
    """The key already belongs to another command."""

    def __init__(self, key: EffectKey) -> None:
        super().__init__(f"the key {key} was already used for something else")


class OtherAccount(Refusal):
    """The deal has records in another account of this role: only a person may move it."""

    def __init__(self, deal: DealId, role: str, *, there: str, here: str) -> None:
        super().__init__(
            f"{deal} has its {role} records in {there}, and Cashward now works in {here}: nothing"
            f" was done. The operator must set {there} in the settings again until the deal has"
            " ended, or close its records there by hand and abort the deal"
        )


class Superseded(Refusal):
    """A younger attempt is on record, or the effect was reversed: this attempt must stop."""

    def __init__(self, key: EffectKey, attempt: int) -> None:
        super().__init__(f"{key}: attempt {attempt} is superseded")


class AlreadyReversed(Refusal):
    """The effect was reversed, and its kind is not repeatable."""

    def __init__(self, key: EffectKey) -> None:
        super().__init__(f"{key} was taken back: it is not made again under this key")


class RecordLost(Refusal):
    """The effect is on record, and the vendor has nothing of it."""

    def __init__(self, key: EffectKey, receipt: Receipt) -> None:
        super().__init__(
            f"{key} is on record as {receipt.id}, and {key.account} does not have it: somebody"
            " removed it there, or the record is older than the removal"
        )


class NotSettled(Exception):
    """An older call may still land, until `until` by the ledger's clock: try again after `wait`."""

    def __init__(self, key: EffectKey, until: datetime, wait: timedelta) -> None:
        super().__init__(f"{key}: an earlier call may still land, until {until:%H:%M:%S} UTC")
        self.until = until
        self.wait = wait


class Effect(Value):
    """One row of the ledger. After `until`, a lost call can no longer land.

    Every time is the ledger's own: no clock of a worker decides.
    """

    key: EffectKey
    deal: DealId
    digest: str
    state: EffectState = EffectState.PLANNED
    attempt: int = 0
    generation: int = 1
    first_sent: datetime | None = None
    until: datetime | None = None
    others_until: datetime | None = None
    """Until then an older attempt's call may still land beside this one's (unique reference)."""
    key_tainted: bool = False
    """The vendor may have stored an error under the present idempotency key."""
    receipt: Receipt | None = None
    strays: tuple[Receipt, ...] = ()
    """What attempts left at the vendor beside the elected record: none of it may stay."""
    proof: dict[str, str] = {}
    reason: str = ""
    is_doubted: bool = False
    """An operator said that the record may lack what happened since (`LedgerEpochs`)."""
    may_be_there: bool = False
    """When this attempt began, an older one may have made it. Each start says so anew."""

    @property
    def is_pending(self) -> bool:
        """Whether its last call may not have landed yet, as far as its state tells."""
        return self.state in _PENDING

    @property
    def is_confirmed(self) -> bool:
        return self.state in {EffectState.CONFIRMED, EffectState.DONE}

    @property
    def is_taken_back(self) -> bool:
        return self.state in {EffectState.REVERSING, EffectState.REVERSED}

    @property
    def was_made_once(self) -> bool:
        """Whether the first attempt made it, so that its undo, the second, need not search."""
        return self.receipt is not None and self.attempt == _FIRST_UNDO and not self.is_doubted

    @property
    def search_first(self) -> bool:
        """Whether an earlier attempt, on record or not, may have left something behind."""
        return self.attempt > 1 or self.is_doubted

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

        `operation_timeout` is the time of an attempt: no change leaves after it.
        Raises KeyReused, AlreadyReversed, or NotSettled.
        """
        if digest != self.digest:
            raise KeyReused(self.key)
        if self.is_confirmed and not self._is_written_again(idempotency):
            return self
        if self.is_taken_back and not is_repeatable:
            raise AlreadyReversed(self.key)
        if idempotency.waits_to_settle or self.state is EffectState.REVERSING:
            self.require_settled(now)
        return self.model_copy(
            update={
                "state": EffectState.IN_FLIGHT,
                "attempt": self.attempt + 1,
                "generation": self._next_generation(idempotency, now),
                "first_sent": self.first_sent if self._keeps_key(idempotency, now) else now,
                "until": now + operation_timeout + idempotency.settle_time,
                "others_until": self._unsettled_until(now),
                "key_tainted": False,
                "receipt": None,
                "reason": "",
                "may_be_there": self.state not in LEFT_NOTHING,
            }
        )

    def confirm(self, attempt: int, found: Sequence[Receipt]) -> Self:
        """Record what is at the vendor: the first id that is confirmed wins, for good.

        Every other record is a stray, also what a superseded attempt made: nobody forgets its id.
        Raises Refusal if two of its parts are one thing.
        """
        elected: dict[str, object] = {}
        receipt = self.receipt
        if self.state is EffectState.IN_FLIGHT and attempt == self.attempt:
            receipt = found[0]
            if len(set(receipt.parts.values())) < len(receipt.parts):
                raise Refusal(f"{self.key} names one thing twice: {receipt.parts}")
            elected = {"state": EffectState.CONFIRMED, "receipt": receipt, "until": None}
        is_seen = receipt is not None and receipt.id in {made.id for made in found}
        beside = [made for made in found if not receipt or made.differs_from(receipt)]
        still = [made for made in self.strays if made not in beside and made != receipt]
        return self.model_copy(
            update={
                **elected,
                "strays": (*still, *beside),
                "reason": "" if elected else self.reason,
                "is_doubted": self.is_doubted and not is_seen,
            }
        )

    def sweep(self, stray: Receipt) -> Self:
        """Record that a stray is gone."""
        return self.model_copy(update={"strays": tuple(s for s in self.strays if s != stray)})

    def mark_uncertain(
        self, attempt: int, reason: str, *, until: datetime, key_tainted: bool
    ) -> Self:
        """Record that the call may have happened, or may still happen until `until`."""
        self._fence(attempt)
        is_undo = self.state is EffectState.REVERSING
        return self.model_copy(
            update={
                "state": EffectState.REVERSING if is_undo else EffectState.UNCERTAIN,
                "until": until,
                "key_tainted": key_tainted,
                "reason": reason,
            }
        )

    def refuse(self, attempt: int, reason: str) -> Self:
        """Record that the call did nothing; the vendor may repeat its refusal under the key.

        What could not be undone stays what it was.
        """
        self._fence(attempt)
        is_undo = self.state is EffectState.REVERSING
        return self.model_copy(
            update={
                "state": self._state_before_undo if is_undo else EffectState.REFUSED,
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

    def start_undo(
        self, idempotency: IdempotencyPolicy, *, now: datetime, operation_timeout: timedelta
    ) -> Self:
        """Take the right to undo, before anybody looks: every other attempt is superseded.

        Raises NotSettled.
        """
        if self.state is EffectState.REVERSED:
            return self
        self.require_settled(now)
        return self.model_copy(
            update={
                "state": EffectState.REVERSING,
                "attempt": self.attempt + 1,
                "until": now + operation_timeout + idempotency.settle_time,
                "reason": "",
            }
        )

    def reverse(self, attempt: int, reason: str, undone: Sequence[Receipt] = ()) -> Self:
        """Record that it is gone at the vendor; no older attempt may bring it back.

        A stray that came after the look is not among the `undone`, and stays on record.
        """
        if self.state is EffectState.REVERSED:
            return self
        self._fence(attempt)
        gone = {made.id for made in undone}
        left = tuple(stray for stray in self.strays if stray.id not in gone)
        return self._gone(reason).model_copy(update={"strays": left})

    def abandon(self, reason: str, *, now: datetime) -> Self:
        """Record that it is gone with the whole that it was a part of. Raises NotSettled."""
        self.require_settled(now)
        return self._gone(reason).model_copy(update={"attempt": self.attempt + 1})

    def require_settled(self, now: datetime) -> None:
        """Raise NotSettled while an earlier call may still land unseen."""
        if until := self._unsettled_until(now):
            raise NotSettled(self.key, until, until - now)

    def _unsettled_until(self, now: datetime) -> datetime | None:
        """Return until when any call of any attempt may still land; None if none may."""
        moments = (self.until if self.is_pending else None, self.others_until)
        return max((moment for moment in moments if moment and now < moment), default=None)

    def _is_written_again(self, idempotency: IdempotencyPolicy) -> bool:
        """Whether a doubt is answered by writing once more, since there is nothing to look for."""
        return self.is_doubted and idempotency.strategy is Strategy.UPSERT

    def _next_generation(self, idempotency: IdempotencyPolicy, now: datetime) -> int:
        if self.attempt == 0:
            return self.generation
        renew = self.is_taken_back or not self._keeps_key(idempotency, now)
        return self.generation + renew

    def _keeps_key(self, idempotency: IdempotencyPolicy, now: datetime) -> bool:
        if idempotency.key_lifetime is None:
            return not self.is_taken_back and self.first_sent is not None
        young = self.first_sent is not None and now - self.first_sent < idempotency.key_lifetime
        return young and not self.key_tainted and not self.is_taken_back

    @property
    def _state_before_undo(self) -> EffectState:
        if self.receipt is None:
            return EffectState.UNCERTAIN
        return EffectState.DONE if self.proof else EffectState.CONFIRMED

    def _gone(self, reason: str) -> Self:
        return self.model_copy(
            update={"state": EffectState.REVERSED, "until": None, "strays": (), "reason": reason}
        )

    def _fence(self, attempt: int) -> None:
        is_sending = self.state in {EffectState.IN_FLIGHT, EffectState.REVERSING}
        if attempt != self.attempt or not is_sending:
            raise Superseded(self.key, attempt)


_FIRST_UNDO = 2
_PENDING = frozenset({EffectState.IN_FLIGHT, EffectState.UNCERTAIN, EffectState.REVERSING})
