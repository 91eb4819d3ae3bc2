"""Contracts and the claims against them: what may be billed, and what was."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.actor import Actor
from domain.baseline import Baseline
from domain.claim import Claim, Proof
from domain.effect import EffectKey
from domain.ids import ChargeId, CustomerKey, DealId, ExternalId, Subject
from domain.money import Money
from domain.value import Value


class OpenContract(Value):
    """An open contract with charges that nobody claimed yet."""

    deal: DealId
    project: ExternalId
    claimed: frozenset[ChargeId]


class BillingLedger(Protocol):
    """Each method is one transaction with its audit entry; claims of a contract are serialised."""

    async def agree(self, baseline: Baseline, *, now: datetime) -> None:
        """Record the contract, once. Other terms are refused after a charge is claimed."""
        ...

    async def claim(self, claim: Claim, *, now: datetime) -> Claim:
        """Open the claim, or return the live one.

        Refused if another revision is claimed, or if this one was released.
        """
        ...

    async def permit(self, subject: Subject, *, now: datetime) -> Claim:
        """Check the safety bound against all claims of the contract at once.

        Raises ContractValueExceeded.
        """
        ...

    async def record_issued(
        self, subject: Subject, effect: EffectKey, proof: Proof, *, now: datetime
    ) -> Claim:
        """Close the claim and its effect with the proof, in one transaction."""
        ...

    async def record_payment(self, subject: Subject, *, paid: Money, now: datetime) -> None:
        """Record what was paid (with VAT), as the ERP says."""
        ...

    async def record_credit(
        self, subject: Subject, *, net: Money, credit_note: Subject, by: Actor, now: datetime
    ) -> None:
        """Record a credit (net) by a credit note, and who asked for it."""
        ...

    async def release(self, claim: Claim, *, reason: str, now: datetime) -> None:
        """Free a claim that was not issued, or never opened: a late attempt stops at that.

        Repeating it changes nothing.
        """
        ...

    async def baseline(self, deal: DealId) -> Baseline:
        """The contract on record. Raises Refusal if there is none."""
        ...

    async def claims(self, deal: DealId) -> Sequence[Claim]: ...

    async def find_claim(self, subject: Subject) -> Claim | None: ...

    async def open_contracts(self) -> Sequence[OpenContract]:
        """Open contracts whose project is linked (`pm.project`) and that have unclaimed charges."""
        ...

    async def close(self, deal: DealId, *, by: Actor, reason: str, now: datetime) -> None:
        """Record that the contract is closed or cancelled; it no longer shares its customer."""
        ...

    async def is_customer_shared(self, customer: CustomerKey, deal: DealId) -> bool:
        """Whether another live contract has this customer."""
        ...
