"""Compares our records at a vendor with our ledger and claims: what differs, and what mends it.

Only what harms nobody is mended without a person: a removable record that nobody elected is
removed, and what our records lack is put on record again. Nothing is ever issued or credited.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from domain.baseline import Baseline
from domain.claim import ClaimedBill
from domain.effect import Effect, EffectKind, EffectState
from domain.ids import DealId, ExternalId
from domain.money import Money
from domain.responsibility import Party
from domain.value import Value
from domain.vendor_record import RecordState, VendorRecord

INVOICE: Final = EffectKind("erp.invoice")
TASK: Final = EffectKind("crm.task")
_UNDECIDED: Final = frozenset(
    {
        EffectState.PLANNED,
        EffectState.IN_FLIGHT,
        EffectState.UNCERTAIN,
        EffectState.REFUSED,
        EffectState.REVERSING,
    }
)
"""In these states an attempt, or a run that waits for a person, still decides about the record."""
_RESPONSIBLE: Final = {"erp": Party.FINANCE, "pm": Party.DELIVERY_MANAGER}


class DiscrepancyKind(StrEnum):
    """How a record at a vendor and our own records differ."""

    SECOND = "second-record"
    """It has the subject of another record, which is the elected one."""
    UNELECTED = "unelected"
    """Nobody elected it: its effect was reversed."""
    UNRECORDED = "unrecorded"
    """Our records lack it, as after a restore from a backup."""
    LOST = "lost"
    """Our ledger elected it, and it is gone at the vendor."""
    STALE = "stale"
    """A record in the CRM tells other sums than contract and claims."""
    DIFFERENT = "different"
    """It is elected, and reads otherwise than its claim or contract."""


class Remedy(StrEnum):
    """What mends a discrepancy."""

    REMOVE = "remove it"
    RECORD = "put it on record again"
    WRITE = "write it again"
    ASK = "ask a person"


class OnRecord(Value):
    """What our own records say of the subject of a record.

    `customer` is the ERP's id of the contract's customer, if it is linked.
    """

    effect: Effect | None = None
    bill: ClaimedBill | None = None
    customer: ExternalId | None = None


class WrittenRevenue(Value):
    """The figures on a deal's record in the CRM, without their currency."""

    contracted: Decimal | None = None
    billed: Decimal | None = None
    paid: Decimal | None = None


class Discrepancy(Value):
    """One difference, why it matters, what mends it, and who must act if that fails."""

    kind: DiscrepancyKind
    remedy: Remedy
    record: VendorRecord
    deal: DealId
    why: str
    responsible: Party

    @property
    def key(self) -> str:
        """The identity of what is to be mended, however often it is found."""
        return f"{self.record.kind} {self.record.subject} {self.record.id}"


def assess(
    record: VendorRecord, ours: OnRecord, *, now: datetime, settle_time: timedelta
) -> Discrepancy | None:
    """Say how a record differs from what we know of it, if it does.

    `ours` must be read after the record was: a call writes to our ledger before it is sent.
    """
    effect = ours.effect
    if effect is None:
        return _unrecorded(record, "our ledger does not know it")
    if effect.state in _UNDECIDED:
        return None
    is_settled = record.changed_at + settle_time <= now
    if effect.is_confirmed and _elects(effect, record):
        return _assess_elected(record, effect, ours, is_settled=is_settled)
    if record.state is RecordState.GONE:
        return None
    return _assess_stray(record, effect, is_settled=is_settled)


def assess_revenue(
    record: VendorRecord, written: WrittenRevenue, baseline: Baseline, bills: Iterable[ClaimedBill]
) -> Discrepancy | None:
    """Say which figures on a deal's record are not those of its contract and claims.

    Credits are left out: the ERP may have some that are not ours, and the deal's run tells them.
    """
    expected, currency = revenue_of(baseline, bills), baseline.value.currency
    differing = [
        f"{name} reads {getattr(written, name)}, expected {amount} {currency}"
        for name, amount in expected
        if getattr(written, name) != amount
    ]
    if not differing:
        return None
    # The CRM is told after our books: what tells more than they do may be younger than they are.
    is_more = any((getattr(written, name) or 0) > (amount or 0) for name, amount in expected)
    kind, why = DiscrepancyKind.STALE, "; ".join(differing)
    return _discrepancy(kind, Remedy.RECORD if is_more else Remedy.WRITE, record, why, None)


def revenue_of(baseline: Baseline, bills: Iterable[ClaimedBill]) -> WrittenRevenue:
    """Return what the record must read; `paid` includes VAT."""
    issued, currency = [bill for bill in bills if not bill.is_void], baseline.value.currency
    billed = Money.total((bill.proof.net for bill in issued if bill.proof), currency)
    paid = Money.total((bill.paid for bill in issued if bill.paid), currency)
    return WrittenRevenue(contracted=baseline.value.amount, billed=billed.amount, paid=paid.amount)


def _assess_elected(
    record: VendorRecord, effect: Effect, ours: OnRecord, *, is_settled: bool
) -> Discrepancy | None:
    if record.state is RecordState.GONE:
        return _lost(record, effect)
    if problem := _difference(record, ours):
        return _discrepancy(DiscrepancyKind.DIFFERENT, Remedy.ASK, record, problem, effect)
    is_issued = record.kind == INVOICE and record.state is RecordState.LIVE
    if is_issued and is_settled and not (ours.bill and ours.bill.proof):
        return _unrecorded(record, "it is issued, and its claim does not say so", effect)
    return None


def _assess_stray(record: VendorRecord, effect: Effect, *, is_settled: bool) -> Discrepancy | None:
    made = effect.receipt
    if effect.is_taken_back:
        kind, why = DiscrepancyKind.UNELECTED, f"{effect.key} was taken back: {effect.reason}"
    elif record.part and made and record.part not in made.parts:
        kind, why = DiscrepancyKind.UNELECTED, f"{effect.key} has no part {record.part}"
        return _discrepancy(kind, Remedy.ASK, record, why, effect)
    else:
        elected = made.parts[record.part] if made and record.part else made and made.id
        kind, why = DiscrepancyKind.SECOND, f"{effect.key} is {elected}: this is a second one"
    if record.state is RecordState.LIVE:
        return _discrepancy(kind, Remedy.ASK, record, why, effect)
    return _discrepancy(kind, Remedy.REMOVE, record, why, effect) if is_settled else None


def _lost(record: VendorRecord, effect: Effect) -> Discrepancy | None:
    """Report what somebody deleted; people complete tasks, and a deal follows a voided invoice."""
    if record.kind == TASK or effect.state is EffectState.DONE:
        return None
    why = f"{effect.key} is on record as confirmed, and it is gone at the vendor"
    return _discrepancy(DiscrepancyKind.LOST, Remedy.ASK, record, why, effect)


def _unrecorded(record: VendorRecord, why: str, effect: Effect | None = None) -> Discrepancy | None:
    """Ask for what our records lack; only the run of a deal knows what it was made for."""
    if record.state is RecordState.GONE:
        return None
    remedy = Remedy.RECORD if record.deal else Remedy.ASK
    return _discrepancy(DiscrepancyKind.UNRECORDED, remedy, record, why, effect)


def _difference(record: VendorRecord, ours: OnRecord) -> str:
    if record.kind != INVOICE:
        return ""
    if ours.bill and record.net and record.net != ours.bill.net:
        return f"it reads {record.net} net, and its bill is {ours.bill.net}"
    if ours.customer and record.customer and record.customer != ours.customer:
        return f"it is for customer {record.customer}, and its contract is with {ours.customer}"
    return ""


def _elects(effect: Effect, record: VendorRecord) -> bool:
    made = effect.receipt
    if made is None:
        return False
    return record.id == (made.parts.get(record.part) if record.part else made.id)


def _discrepancy(
    kind: DiscrepancyKind,
    remedy: Remedy,
    record: VendorRecord,
    why: str,
    effect: Effect | None,
) -> Discrepancy:
    role = record.kind.partition(".")[0]
    return Discrepancy(
        kind=kind,
        remedy=remedy,
        record=record,
        deal=effect.deal if effect else record.deal,
        why=why,
        responsible=_RESPONSIBLE.get(role, Party.OPERATOR),
    )
