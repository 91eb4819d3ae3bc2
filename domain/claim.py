"""A claim locks a charge for one bill: a charge has one live claim."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from domain.charge import Standing
from domain.ids import ChargeId, DealId, ExternalId, Subject
from domain.money import Money
from domain.refusal import Refusal
from domain.value import Value


class ClaimState(StrEnum):
    """The state of a claim. Those before `voided` are live: no other bill may claim the charge."""

    CLAIMED = "claimed"
    """A draft may exist; deleting it frees the claim."""
    PERMITTED = "permitted"
    """The safety bound was checked: it may be issued now."""
    ISSUED = "issued"
    VOIDED = "voided"
    """Its document was voided at the ERP, as if it had never been issued."""
    CREDITED = "credited"
    RELEASED = "released"

    @property
    def is_live(self) -> bool:
        return self in {ClaimState.CLAIMED, ClaimState.PERMITTED, ClaimState.ISSUED}

    @property
    def counts(self) -> bool:
        """Whether the claim uses up contract value."""
        return self in {ClaimState.PERMITTED, ClaimState.ISSUED}


_ORDER = tuple(ClaimState)


class Proof(Value):
    """The ERP's figures of an issued document, read back to the cent."""

    document: ExternalId
    number: str
    issued_on: date | None
    net: Money
    tax: Money
    gross: Money
    due_on: date | None = None
    url: str = ""
    pdf: str = ""
    """The address of its PDF, if the ERP has one."""


class Settlement(Value):
    """What the ERP says of an issued document: paid and credited so far, VAT included."""

    paid: Money
    credited: Money
    due_on: date | None = None


class Claim(Value):
    """One charge of a contract in its revision, claimed by a bill."""

    charge: ChargeId
    revision: int
    net: Money
    state: ClaimState = ClaimState.CLAIMED


class ClaimedBill(Value):
    """A bill on record: its claims, and what became of its document.

    `paid` and `credited` include VAT, as the ERP says; `credited_net` is the net of the credit
    notes on record.
    """

    subject: Subject
    deal: DealId
    key: str
    revision: int
    claims: tuple[Claim, ...]
    proof: Proof | None = None
    paid: Money | None = None
    credited: Money | None = None
    credited_net: Money | None = None

    @property
    def net(self) -> Money:
        return Money.total((claim.net for claim in self.claims), self.claims[0].net.currency)

    @property
    def charges(self) -> frozenset[ChargeId]:
        return frozenset(claim.charge for claim in self.claims)

    @property
    def state(self) -> ClaimState:
        """The state of its claims; of those that differ, the one that is nearest to live."""
        return min((claim.state for claim in self.claims), key=_ORDER.index)

    @property
    def gross(self) -> Money:
        """What its document demands, VAT included; nothing before it is issued."""
        return self.proof.gross if self.proof else Money.zero(self.net.currency)

    @property
    def outstanding(self) -> Money:
        parts = (part for part in (self.paid, self.credited) if part)
        return self.gross - Money.total(parts, self.net.currency)

    @property
    def is_credited(self) -> bool:
        """Whether the ERP says that all of its document is credited."""
        return bool(self.credited and self.credited == self.gross)

    @property
    def is_void(self) -> bool:
        return self.state is ClaimState.VOIDED

    def used(self) -> Money:
        """How much of the contract value its claims use."""
        counting = (claim.net for claim in self.claims if claim.state.counts)
        return Money.total(counting, self.net.currency)

    def claiming(self, charge: ChargeId) -> bool:
        """Whether it has a live claim of this charge."""
        return any(claim.charge == charge and claim.state.is_live for claim in self.claims)


def standing_of(claim: Claim, bill: ClaimedBill, reason: str = "") -> Standing:
    """Say where a claimed charge stands; `reason` is why its bill was released."""
    number = bill.proof.number if bill.proof else ""
    match claim.state:
        case ClaimState.CLAIMED | ClaimState.PERMITTED:
            return Standing.drafted()
        case ClaimState.ISSUED:
            return Standing.issued(number, outstanding=bill.outstanding, gross=bill.gross)
        case ClaimState.RELEASED:
            return Standing.cancelled(reason)
        case _:
            return Standing.freed(f"{number} was {claim.state}")


class NotClaimed(Refusal):
    """There is no such bill on record."""

    def __init__(self, subject: Subject) -> None:
        super().__init__(
            f"{subject} is not claimed on record: if it was, put it on record again with"
            " `cashward reconcile`"
        )


class ContractValueExceeded(Refusal):
    """Issuing this would bill more than the contract is worth."""


def check_contract_value(
    contract: Money, bills: Iterable[ClaimedBill], wanted: ClaimedBill
) -> None:
    """Check that what is claimed for issue, and this, fit the contract value.

    This safety bound stops a second bill, whatever went wrong before it. A credit gives back the
    value of the charges that it frees. Raises ContractValueExceeded.
    """
    others = Money.total(
        (bill.used() for bill in bills if bill.subject != wanted.subject), contract.currency
    )
    if contract < others + wanted.net:
        raise ContractValueExceeded(
            f"{wanted.subject}: {wanted.net} on top of {others} would exceed "
            f"the contract's {contract}: "
            "finance must approve a change of the contract, or abort this bill"
        )
