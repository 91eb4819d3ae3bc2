"""The states of all charges of a contract, and the bills that were made of them."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Self

from domain.bill import BillReference
from domain.charge import Charge, ChargeState, ChargeStatus, Standing
from domain.ids import ChargeId, DealId, Subject
from domain.invoice import Invoice, InvoiceStatus
from domain.refusal import Refusal
from domain.value import Value

_FREE = frozenset(
    {ChargeState.PLANNED, ChargeState.BILLABLE, ChargeState.HELD, ChargeState.CANCELLED}
)
"""In these states a charge is on no issued invoice."""


class Transition(Value):
    """A change of charges that move together: where they stand now.

    `bill` is the one that they are on, and `invoice` its document as the ERP has it.
    """

    charges: tuple[ChargeId, ...]
    standing: Standing
    bill: Subject | None = None
    invoice: Invoice | None = None
    reached_on: date | None = None
    is_freed: bool = False
    """Whether the bill is over and its charges are free for another one."""
    is_last: bool = False
    """Whether this is the last transition from the run of the bill."""


class BillStatus(Value):
    """A bill of a contract, and its document as the ERP had it last.

    `is_freed` says that it was voided, credited in full or deleted: another bill may follow it.
    """

    reference: BillReference
    invoice: Invoice | None = None
    is_freed: bool = False


class BillingSchedule(Value):
    """All charges of a contract, each with its state; it changes only by transitions."""

    statuses: tuple[ChargeStatus, ...] = ()
    bills: tuple[BillStatus, ...] = ()
    """Every bill that was made of the charges, the newest last."""

    @classmethod
    def of(cls, charges: Iterable[Charge], *, at: datetime) -> Self:
        return cls(
            statuses=tuple(
                ChargeStatus(charge=charge, since=at, **Standing.planned().model_dump())
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

    def apply(self, transition: Transition, *, deal: DealId, at: datetime) -> Self:
        """The schedule after this transition. `since` stays where the state stays.

        A charge that is free again is on no invoice; the bill keeps it.
        """
        for charge in transition.charges:
            self[charge]
        return self.model_copy(
            update={
                "statuses": tuple(
                    _applied(status, transition, at)
                    if status.charge.id in transition.charges
                    else status
                    for status in self.statuses
                ),
                "bills": tuple(
                    _updated(bill, transition)
                    if bill.reference.subject(deal) == transition.bill
                    else bill
                    for bill in self.bills
                ),
            }
        )

    def billed(self, reference: BillReference) -> Self:
        """The schedule with this bill; it may be on it already."""
        if reference in (bill.reference for bill in self.bills):
            return self
        return self.model_copy(update={"bills": (*self.bills, BillStatus(reference=reference))})

    def bill_of(self, charge: ChargeId) -> BillStatus | None:
        """Return the newest bill that has this charge."""
        found = (bill for bill in reversed(self.bills) if charge in bill.reference.charges)
        return next(found, None)

    def bill(self, subject: Subject, deal: DealId) -> BillStatus | None:
        """Return the bill with this subject."""
        found = (bill for bill in self.bills if bill.reference.subject(deal) == subject)
        return next(found, None)

    def reference_for(self, charge: ChargeId) -> BillReference:
        """Return the bill that is to bill this charge alone: the one it is on, or the next one."""
        known = self.bill_of(charge)
        if known and not known.is_freed:
            return known.reference
        revision = 1 + sum(bill.reference.key == charge for bill in self.bills)
        return BillReference(key=charge, revision=revision, charges=(charge,))

    def standing_bills(self) -> tuple[BillStatus, ...]:
        """Return the bills whose invoices stand, and are neither voided nor credited."""
        stand = {ChargeState.ISSUED, ChargeState.PAID}
        return tuple(
            bill
            for bill in self.bills
            if not bill.is_freed and any(self[c].state in stand for c in bill.reference.charges)
        )

    @property
    def invoices(self) -> tuple[Invoice, ...]:
        """Every issued document, once; a voided one counts as never issued."""
        return tuple(
            bill.invoice
            for bill in self.bills
            if bill.invoice and bill.invoice.status is not InvoiceStatus.GONE
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


def _applied(before: ChargeStatus, transition: Transition, at: datetime) -> ChargeStatus:
    standing = transition.standing
    is_free = standing.state in _FREE
    return ChargeStatus(
        charge=before.charge,
        since=before.since if before.state is standing.state else at,
        invoice=None if is_free else transition.invoice or before.invoice,
        reached_on=transition.reached_on or before.reached_on,
        **standing.model_dump(),
    )


def _updated(bill: BillStatus, transition: Transition) -> BillStatus:
    invoice = transition.invoice or bill.invoice
    is_freed = transition.is_freed or bill.is_freed or bool(invoice and invoice.is_freed)
    return BillStatus(reference=bill.reference, invoice=invoice, is_freed=is_freed)
