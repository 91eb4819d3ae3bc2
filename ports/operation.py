"""One kind of change at a vendor: how it is done, found again, and undone."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from domain.effect import EffectKind, IdempotencyPolicy, Receipt
from domain.ids import DealId, Subject
from domain.value import Value


class Attempt(Value):
    """Permission to send one attempt.

    `idempotency_key` is a hash of meaning (64 hex digits): the same for every attempt of one
    generation. `generation` grows when the ledger decides that a new key is due.
    """

    attempt: int
    generation: int
    idempotency_key: str
    search_first: bool


class Command(Protocol):
    """A change that we ask of another system. `identity` may never differ under one subject.

    It is made of facts by name (`domain.identity`), so that a field may be added.
    """

    @property
    def subject(self) -> Subject: ...
    @property
    def deal(self) -> DealId: ...
    def identity(self) -> str: ...


C = TypeVar("C", bound=Command)
C_contra = TypeVar("C_contra", bound=Command, contravariant=True)


class Operation(Protocol[C_contra]):
    """A change the ledger can carry out exactly once.

    Members are declared as properties so that frozen classes fill them:
    kind           permanent name, such as `erp.invoice`
    system         the vendor's name, such as `xero`
    idempotency    what a repeat would do; the contract suite checks it
    is_repeatable  whether the operation may be done again after an undo
    looks_first    whether even a first attempt searches before it makes anything, as for money

    Every method raises ports.failures only, never retries, and never sleeps.
    """

    @property
    def kind(self) -> EffectKind: ...
    @property
    def system(self) -> str: ...
    @property
    def idempotency(self) -> IdempotencyPolicy: ...
    @property
    def is_repeatable(self) -> bool: ...
    @property
    def looks_first(self) -> bool: ...

    async def tenant(self) -> str:
        """The vendor's account that it acts in, by a name that stays and tells of no person.

        The first call may ask the vendor.
        """
        ...

    async def do(self, command: C_contra, attempt: Attempt) -> Receipt:
        """Make the change. An operation of several calls keeps what is already there."""
        ...

    async def find(self, command: C_contra) -> Sequence[Receipt]:
        """Find all records with our key, oldest first; empty if an upsert needs no search."""
        ...

    async def undo(self, command: C_contra, receipt: Receipt) -> None:
        """Undo the change. A second undo changes nothing; what is already gone is no failure.

        Raises Rejected where the vendor no longer allows that, as for an issued invoice.
        """
        ...
