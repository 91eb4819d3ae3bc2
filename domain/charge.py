"""Charges: the smallest things that are billed once, and their way to cash."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from domain.deal import PlannedMilestone
from domain.ids import ChargeId, DealId, Subject
from domain.invoice import Invoice
from domain.money import Money
from domain.responsibility import Party
from domain.value import Value


class Charge(Value):
    """A part of the contract that is billed once: its net amount and the date planned for it."""

    id: ChargeId
    description: str
    net: Money
    due: date
    revision: int = 1

    def subject(self, deal: DealId) -> Subject:
        """Return the name of its bill in this revision: it is billed exactly once."""
        return Subject(f"{deal}:{self.id}:r{self.revision}")


def milestone_charges(value: Money, milestones: Sequence[PlannedMilestone]) -> tuple[Charge, ...]:
    """Cut the contract value by the milestones' shares; the parts add up exactly."""
    amounts = value.allocate([milestone.share for milestone in milestones])
    return tuple(
        Charge(id=ChargeId(f"m{number}"), description=milestone.name, net=net, due=milestone.due)
        for number, (milestone, net) in enumerate(zip(milestones, amounts, strict=True), start=1)
    )


class ChargeState(StrEnum):
    """The state of a charge on its way to cash."""

    PLANNED = "planned"
    BILLABLE = "billable"
    HELD = "held"
    DRAFTED = "drafted"
    ISSUED = "issued"
    PAID = "paid"
    CREDITED = "credited"
    CANCELLED = "cancelled"

    @property
    def is_invoiced(self) -> bool:
        return self in {ChargeState.ISSUED, ChargeState.PAID, ChargeState.CREDITED}


class ChargeStatus(Value):
    """A charge's state, since when, why it is not further, and who must act."""

    charge: Charge
    state: ChargeState
    since: datetime
    reason: str
    responsible: Party
    invoice: Invoice | None = None
