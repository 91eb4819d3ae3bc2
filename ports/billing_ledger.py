"""Contracts, their charges and bills: what may be billed, and what was."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.actor import Actor
from domain.baseline import Baseline
from domain.charge import ChargeStatus
from domain.claim import ClaimedBill, Proof, Settlement
from domain.effect import EffectKey
from domain.ids import ChargeId, CustomerKey, DealId, ExternalId, Subject
from domain.money import Money
from domain.stage import Stage
from domain.value import Value


class OpenContract(Value):
    """An open contract, and its charges that are planned, as far as we know."""

    deal: DealId
    project: ExternalId
    awaited: frozenset[ChargeId]


class CreditOnRecord(Value):
    """A credit note to put on record: its net amount, the charges that it frees, who asked."""

    subject: Subject
    net: Money
    charges: tuple[ChargeId, ...] = ()
    by: Actor


class BillingLedger(Protocol):
    """Each method is one transaction with its audit entry; the bills of a contract are serialised.

    A bill is claimed, permitted, issued, released, credited and voided with all its charges, or not
    at all; and its charges stand on record where that leaves them.
    """

    async def agree(self, baseline: Baseline, *, now: datetime) -> None:
        """Record the contract with its charges, once.

        Other terms are its next revision; they are refused after a charge is claimed.
        """
        ...

    async def move_charges(
        self, deal: DealId, statuses: Sequence[ChargeStatus], *, now: datetime
    ) -> None:
        """Record where charges stand that no bill moves: held, free again, cancelled."""
        ...

    async def claim(self, bill: ClaimedBill, *, now: datetime) -> ClaimedBill:
        """Claim all charges of the bill, or return it as it is on record.

        Refused if another bill has one of them, or if this one was released.
        """
        ...

    async def permit(self, subject: Subject, *, now: datetime) -> ClaimedBill:
        """Check the safety bound against all bills of the contract at once.

        Raises ContractValueExceeded.
        """
        ...

    async def record_issued(
        self, subject: Subject, effect: EffectKey, proof: Proof, *, now: datetime
    ) -> ClaimedBill:
        """Record the document, and close its effect with the proof."""
        ...

    async def record_settlement(
        self, subject: Subject, said: Settlement, *, now: datetime
    ) -> ClaimedBill:
        """Record what the ERP says was paid and credited; a full credit frees the charges."""
        ...

    async def record_credit(
        self, subject: Subject, credit: CreditOnRecord, *, now: datetime
    ) -> None:
        """Record a credit note, and free the charges that it names, once."""
        ...

    async def void(self, subject: Subject, *, now: datetime) -> ClaimedBill:
        """Free the charges of a document that was voided at the ERP, as if it was never issued."""
        ...

    async def release(self, bill: ClaimedBill, *, reason: str, now: datetime) -> None:
        """Free a bill that was not issued, or never claimed: a late attempt stops at that.

        Repeating it changes nothing.
        """
        ...

    async def baseline(self, deal: DealId) -> Baseline:
        """The contract on record. Raises Refusal if there is none."""
        ...

    async def bills(self, deal: DealId) -> Sequence[ClaimedBill]: ...

    async def find_bill(self, subject: Subject) -> ClaimedBill | None: ...

    async def open_contracts(self) -> Sequence[OpenContract]:
        """Open contracts whose project is linked (`pm.project`) and that have planned charges."""
        ...

    async def close(
        self, deal: DealId, stage: Stage, *, by: Actor, reason: str, now: datetime
    ) -> None:
        """Record that the deal is closed or cancelled; it no longer shares its customer."""
        ...

    async def is_customer_shared(self, customer: CustomerKey, deal: DealId) -> bool:
        """Whether another live contract has this customer."""
        ...
