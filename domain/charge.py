"""Charges: the smallest things that are billed once, and their way to cash."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from domain.deal import Unit
from domain.ids import ChargeId, LineId
from domain.invoice import Invoice
from domain.money import Money
from domain.period import Period
from domain.responsibility import Party
from domain.tax import TaxClass
from domain.value import Value


class Source(Value):
    """The record that a charge comes from, in the version that was read."""

    system: str
    id: str
    version: str


class Charge(Value):
    """The smallest thing that is billed once: quantity × unit price = net, rounded once.

    A milestone is one piece at its net. Its period is the day it was reached; before that it has
    none. `due` is the planned date; None if it comes with the acceptance. `part_of` is the charge
    that this one is billed with, such as a milestone from which a retention is withheld.
    """

    id: ChargeId
    line: LineId
    description: str
    quantity: Decimal
    unit: Unit | None = None
    unit_price: Decimal
    net: Money
    tax_class: TaxClass = TaxClass.STANDARD
    period: Period | None = None
    due: date | None = None
    source: Source
    revision: int = 1
    part_of: ChargeId | None = None
    tax: Money | None = None
    """The tax to deduct with an advance, as it was billed; None where the tax follows the net."""

    @model_validator(mode="after")
    def _is_quantity_times_price(self) -> Self:
        if Money.rounded(self.quantity * self.unit_price, self.net.currency) != self.net:
            raise ValueError(f"{self.quantity} × {self.unit_price} is not {self.net}")
        return self


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


class Standing(Value):
    """Where a charge stands: its state, why it is not further, and who must act."""

    state: ChargeState
    reason: str = ""
    responsible: Party = Party.NOBODY

    @classmethod
    def planned(cls) -> Self:
        return cls(
            state=ChargeState.PLANNED,
            reason="its milestone is not reached",
            responsible=Party.DELIVERY_MANAGER,
        )

    @classmethod
    def drafted(cls) -> Self:
        reason = "it is being issued"
        return cls(state=ChargeState.DRAFTED, reason=reason, responsible=Party.CASHWARD)

    @classmethod
    def held(cls, reason: str, responsible: Party = Party.FINANCE) -> Self:
        return cls(state=ChargeState.HELD, reason=reason, responsible=responsible)

    @classmethod
    def issued(cls, number: str, *, outstanding: Money, gross: Money) -> Self:
        """Return where the charges of an issued invoice stand, by what is outstanding of it."""
        if not outstanding:
            return cls(state=ChargeState.PAID)
        reason = f"{number}: {outstanding} of {gross} is not paid yet"
        return cls(state=ChargeState.ISSUED, reason=reason, responsible=Party.CUSTOMER)

    @classmethod
    def freed(cls, how: str) -> Self:
        """Return where a charge stands whose invoice was credited, voided or deleted."""
        return cls.held(f"{how}: finance must say whether to bill it again")

    @classmethod
    def cancelled(cls, reason: str) -> Self:
        return cls(state=ChargeState.CANCELLED, reason=reason)


class ChargeStatus(Value):
    """A charge, where it stands, and since when. `invoice` is the one that it is billed on."""

    charge: Charge
    state: ChargeState
    since: datetime
    reason: str
    responsible: Party
    invoice: Invoice | None = None
    reached_on: date | None = None
    """The seller's day on which its milestone was seen as reached."""

    @property
    def supply_date(self) -> date | None:
        """The day that decides its tax: until it is reached, the planned one, if there is one."""
        return self.reached_on or self.charge.due
