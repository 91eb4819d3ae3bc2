"""The states of all billable items of a contract."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Self

from domain.billing import BillableItem, Invoice, ItemState, ItemStatus
from domain.ids import ItemKey
from domain.refusal import Refusal
from domain.responsibility import Party
from domain.value import Value


class Transition(Value):
    """A change of an item: its state now, why it is not further yet, and who must act."""

    item: ItemKey
    state: ItemState
    reason: str = ""
    responsible: Party = Party.NOBODY
    invoice: Invoice | None = None
    is_last: bool = False
    """Whether this is the last transition from the run that bills the item."""


class BillingSchedule(Value):
    """All items of a contract, each with its state; it changes only by transitions."""

    statuses: tuple[ItemStatus, ...] = ()

    @classmethod
    def of(cls, items: Iterable[BillableItem], *, at: datetime) -> Self:
        return cls(
            statuses=tuple(
                ItemStatus(
                    item=item,
                    state=ItemState.PLANNED,
                    since=at,
                    reason="its milestone is not reached",
                    responsible=Party.DELIVERY_MANAGER,
                )
                for item in items
            )
        )

    def __getitem__(self, key: ItemKey) -> ItemStatus:
        for status in self.statuses:
            if status.item.key == key:
                return status
        known = ", ".join(self.keys()) or "none yet"
        raise Refusal(f"no billable item {key!r}: there are {known}")

    def keys(self) -> Iterator[ItemKey]:
        return (status.item.key for status in self.statuses)

    def apply(self, transition: Transition, *, at: datetime) -> Self:
        """The schedule after this transition. `since` stays where the state stays."""
        before = self[transition.item]
        after = ItemStatus(
            item=before.item,
            state=transition.state,
            since=before.since if before.state is transition.state else at,
            reason=transition.reason,
            responsible=transition.responsible,
            invoice=transition.invoice or before.invoice,
        )
        return self.model_copy(
            update={"statuses": tuple(after if s is before else s for s in self.statuses)}
        )

    def in_state(self, *states: ItemState) -> tuple[ItemStatus, ...]:
        return tuple(status for status in self.statuses if status.state in states)

    @property
    def is_invoiced(self) -> bool:
        """Whether every item is billed or will never be."""
        return all(s.state.is_invoiced or s.state is ItemState.CANCELLED for s in self.statuses)

    @property
    def is_complete(self) -> bool:
        """Whether every item is paid, credited or cancelled."""
        final = {ItemState.PAID, ItemState.CREDITED, ItemState.CANCELLED}
        return all(status.state in final for status in self.statuses)
