"""The states of all charges of a contract."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Self

from domain.charge import Charge, ChargeState, ChargeStatus
from domain.ids import ChargeId
from domain.invoice import Invoice
from domain.refusal import Refusal
from domain.responsibility import Party
from domain.value import Value


class Transition(Value):
    """A change of a charge: its state now, why it is not further yet, and who must act."""

    charge: ChargeId
    state: ChargeState
    reason: str = ""
    responsible: Party = Party.NOBODY
    invoice: Invoice | None = None
    reached_on: date | None = None
    is_last: bool = False
    """Whether this is the last transition from the run that bills the charge."""


class BillingSchedule(Value):
    """All charges of a contract, each with its state; it changes only by transitions."""

    statuses: tuple[ChargeStatus, ...] = ()

    @classmethod
    def of(cls, charges: Iterable[Charge], *, at: datetime) -> Self:
        return cls(
            statuses=tuple(
                ChargeStatus(
                    charge=charge,
                    state=ChargeState.PLANNED,
                    since=at,
                    reason="its milestone is not reached",
                    responsible=Party.DELIVERY_MANAGER,
                )
                for charge in charges
            )
        )

    def __getitem__(self, key: ChargeId) -> ChargeStatus:
        for status in self.statuses:
            if status.charge.id == key:
                return status
        known = ", ".join(self.keys()) or "none yet"
        raise Refusal(f"no charge {key!r}: there are {known}")

    def keys(self) -> Iterator[ChargeId]:
        return (status.charge.id for status in self.statuses)

    def apply(self, transition: Transition, *, at: datetime) -> Self:
        """The schedule after this transition. `since` stays where the state stays."""
        before = self[transition.charge]
        after = ChargeStatus(
            charge=before.charge,
            state=transition.state,
            since=before.since if before.state is transition.state else at,
            reason=transition.reason,
            responsible=transition.responsible,
            invoice=transition.invoice or before.invoice,
            reached_on=transition.reached_on or before.reached_on,
        )
        return self.model_copy(
            update={"statuses": tuple(after if s is before else s for s in self.statuses)}
        )

    def in_state(self, *states: ChargeState) -> tuple[ChargeStatus, ...]:
        return tuple(status for status in self.statuses if status.state in states)

    @property
    def is_invoiced(self) -> bool:
        """Whether every charge is billed or will never be."""
        return all(s.state.is_invoiced or s.state is ChargeState.CANCELLED for s in self.statuses)

    @property
    def is_complete(self) -> bool:
        """Whether every charge is paid, credited or cancelled."""
        final = {ChargeState.PAID, ChargeState.CREDITED, ChargeState.CANCELLED}
        return all(status.state in final for status in self.statuses)
