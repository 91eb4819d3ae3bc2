"""A claim locks a charge for one bill: a charge has one live claim."""

from collections.abc import Iterable
from enum import StrEnum

from domain.ids import ChargeId, DealId, ExternalId, Subject
from domain.money import Money
from domain.refusal import Refusal
from domain.value import Value


class ClaimState(StrEnum):
    """The state of a claim."""

    CLAIMED = "claimed"
    """A draft may exist; deleting it frees the claim."""
    PERMITTED = "permitted"
    """The safety bound was checked: it may be issued now."""
    ISSUED = "issued"
    CREDITED = "credited"
    RELEASED = "released"

    @property
    def counts(self) -> bool:
        """Whether the claim uses up contract value."""
        return self in {ClaimState.PERMITTED, ClaimState.ISSUED}


class Proof(Value):
    """The ERP's figures of an issued document, read back to the cent."""

    document: ExternalId
    number: str
    issued_on: str
    net: Money
    tax: Money
    gross: Money
    url: str = ""
    pdf: str = ""
    """The address of its PDF, if the ERP has one."""


class Claim(Value):
    """One charge of a contract, claimed for billing."""

    subject: Subject
    deal: DealId
    charge: ChargeId
    revision: int
    net: Money
    state: ClaimState = ClaimState.CLAIMED
    proof: Proof | None = None
    credited: Money | None = None
    paid: Money | None = None

    def used(self) -> Money:
        """How much of the contract value this claim uses."""
        if not self.state.counts:
            return Money.zero(self.net.currency)
        return self.net - (self.credited or Money.zero(self.net.currency))


class NotClaimed(Refusal):
    """There is no such claim on record."""

    def __init__(self, subject: Subject) -> None:
        super().__init__(
            f"{subject} is not claimed on record: if it was, put it on record again with"
            " `cashward reconcile`"
        )


class ContractValueExceeded(Refusal):
    """Issuing this would bill more than the contract is worth."""


def check_contract_value(contract: Money, claims: Iterable[Claim], wanted: Claim) -> None:
    """Check that issued − credited + this fits the contract value; raise ContractValueExceeded.

    This safety bound stops a second bill, whatever went wrong before it.
    """
    others = Money.total(
        (claim.used() for claim in claims if claim.subject != wanted.subject), contract.currency
    )
    if contract < others + wanted.net:
        raise ContractValueExceeded(
            f"{wanted.subject}: {wanted.net} on top of {others} would exceed "
            f"the contract's {contract}: "
            "finance must approve a change of the contract, or abort this bill"
        )
