"""What a reconciliation finds, and that it mends only what harms nobody."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.claim import Claim, ClaimedBill, ClaimState, Proof
from domain.effect import Effect, EffectKey, EffectKind, EffectState, Receipt
from domain.ids import ChargeId, DealId, ExternalId, Subject
from domain.money import Money
from domain.reconciliation import (
    INVOICE,
    TASK,
    Discrepancy,
    DiscrepancyKind,
    OnRecord,
    Remedy,
    assess,
)
from domain.responsibility import Party
from domain.vendor_record import RecordState, VendorRecord, deal_of

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SETTLE = timedelta(seconds=15)
DEAL = DealId("hubspot:7")
SUBJECT = Subject("hubspot:7:m1:r1")
OURS, OTHER = ExternalId("doc-1"), ExternalId("doc-2")
EUR_100 = Money.of(100, "EUR")
UNDECIDED = {
    EffectState.PLANNED,
    EffectState.IN_FLIGHT,
    EffectState.UNCERTAIN,
    EffectState.REFUSED,
    EffectState.REVERSING,
}
BILL = ClaimedBill(
    subject=SUBJECT,
    deal=DEAL,
    key="m1",
    revision=1,
    claims=(Claim(charge=ChargeId("m1"), revision=1, net=EUR_100, state=ClaimState.ISSUED),),
    proof=Proof(document=OURS, number="1", issued_on=None, net=EUR_100, tax=EUR_100, gross=EUR_100),
)


def record(**changes: object) -> VendorRecord:
    found = VendorRecord(
        kind=INVOICE,
        subject=SUBJECT,
        id=OURS,
        state=RecordState.LIVE,
        changed_at=NOW - timedelta(hours=1),
        net=EUR_100,
        customer=ExternalId("c"),
    )
    return found.model_copy(update=changes)


def effect(state: EffectState = EffectState.DONE, **changes: object) -> Effect:
    known = Effect(
        key=EffectKey(system="xero", tenant="acme", kind=INVOICE, subject=SUBJECT),
        deal=DEAL,
        digest="d",
        state=state,
        attempt=1,
        receipt=Receipt(id=OURS),
    )
    return known.model_copy(update=changes)


def found(record: VendorRecord, ours: OnRecord) -> Discrepancy | None:
    return assess(record, ours, now=NOW, settle_time=SETTLE)


records = st.builds(
    record,
    kind=st.sampled_from([INVOICE, TASK, EffectKind("erp.credit"), EffectKind("pm.work")]),
    id=st.sampled_from([OURS, OTHER]),
    state=st.sampled_from(RecordState),
    part=st.sampled_from(["", "w1"]),
    changed_at=st.timedeltas(timedelta(0), timedelta(minutes=1)).map(lambda age: NOW - age),
    net=st.sampled_from([None, EUR_100, Money.of(101, "EUR")]),
)
effects = st.builds(
    effect,
    st.sampled_from(EffectState),
    receipt=st.sampled_from(
        [None, Receipt(id=OURS), Receipt(id=OTHER, parts={"w1": OURS}), Receipt(id=OURS, parts={})]
    ),
)
on_record = st.builds(
    OnRecord,
    effect=st.none() | effects,
    bill=st.sampled_from([None, BILL, BILL.model_copy(update={"proof": None})]),
    customer=st.sampled_from([None, ExternalId("c"), ExternalId("d")]),
)


@given(records, on_record)
def test_only_a_removable_record_that_nobody_elected_and_that_has_settled_is_removed(
    record: VendorRecord, ours: OnRecord
) -> None:
    discrepancy = found(record, ours)
    if discrepancy is None or discrepancy.remedy is not Remedy.REMOVE:
        return
    assert record.state is RecordState.REMOVABLE
    assert record.changed_at + SETTLE <= NOW
    assert ours.effect
    assert ours.effect.state not in UNDECIDED
    made = ours.effect.receipt
    if ours.effect.is_confirmed and made:
        assert record.id != (made.parts.get(record.part) if record.part else made.id)


@given(records, on_record)
def test_nothing_is_found_while_an_attempt_or_a_person_still_decides(
    record: VendorRecord, ours: OnRecord
) -> None:
    if ours.effect and ours.effect.state in UNDECIDED:
        assert found(record, ours) is None


@given(records, on_record)
def test_what_is_gone_is_at_most_lost(record: VendorRecord, ours: OnRecord) -> None:
    discrepancy = found(record, ours)
    if discrepancy and record.state is RecordState.GONE:
        assert discrepancy.kind is DiscrepancyKind.LOST
        assert discrepancy.remedy is Remedy.ASK


@given(records)
def test_what_our_ledger_does_not_know_is_never_removed(record: VendorRecord) -> None:
    discrepancy = found(record, OnRecord(bill=BILL))
    if record.state is RecordState.GONE:
        assert discrepancy is None
    else:
        assert discrepancy
        assert discrepancy.kind is DiscrepancyKind.UNRECORDED
        assert discrepancy.remedy is Remedy.RECORD


@given(records, on_record)
def test_a_second_live_record_is_always_brought_before_a_person(
    record: VendorRecord, ours: OnRecord
) -> None:
    known = effect(receipt=Receipt(id=OURS))
    second = record.model_copy(update={"id": OTHER, "part": "", "state": RecordState.LIVE})
    discrepancy = found(second, ours.model_copy(update={"effect": known}))
    assert discrepancy
    assert (discrepancy.kind, discrepancy.remedy) == (DiscrepancyKind.SECOND, Remedy.ASK)


def test_an_elected_invoice_that_reads_as_its_bill_is_no_discrepancy() -> None:
    ours = OnRecord(effect=effect(), bill=BILL, customer=ExternalId("c"))
    assert found(record(), ours) is None


def test_an_elected_invoice_that_reads_otherwise_is_for_finance() -> None:
    ours = OnRecord(effect=effect(), bill=BILL, customer=ExternalId("c"))
    for change in ({"net": Money.of(190, "EUR")}, {"customer": ExternalId("d")}):
        discrepancy = found(record(**change), ours)
        assert discrepancy
        assert discrepancy.kind is DiscrepancyKind.DIFFERENT
        assert discrepancy.responsible is Party.FINANCE


def test_an_issued_invoice_whose_bill_lacks_its_proof_is_put_on_record_again() -> None:
    ours = OnRecord(effect=effect(EffectState.CONFIRMED), bill=None)
    discrepancy = found(record(), ours)
    assert discrepancy
    assert (discrepancy.kind, discrepancy.remedy) == (DiscrepancyKind.UNRECORDED, Remedy.RECORD)
    assert found(record(changed_at=NOW), ours) is None


def test_a_draft_that_landed_after_its_bill_was_withdrawn_is_removed() -> None:
    withdrawn = OnRecord(effect=effect(EffectState.REVERSED, receipt=None))
    discrepancy = found(record(state=RecordState.REMOVABLE), withdrawn)
    assert discrepancy
    assert (discrepancy.kind, discrepancy.remedy) == (DiscrepancyKind.UNELECTED, Remedy.REMOVE)
    issued = found(record(), withdrawn)
    assert issued
    assert issued.remedy is Remedy.ASK


def test_a_voided_invoice_and_a_completed_task_are_not_lost() -> None:
    gone = record(state=RecordState.GONE)
    assert found(gone, OnRecord(effect=effect(EffectState.DONE), bill=BILL)) is None
    completed = gone.model_copy(update={"kind": TASK})
    assert found(completed, OnRecord(effect=effect(EffectState.CONFIRMED))) is None


def test_a_draft_that_somebody_deleted_is_lost() -> None:
    gone = record(state=RecordState.GONE)
    discrepancy = found(gone, OnRecord(effect=effect(EffectState.CONFIRMED), bill=BILL))
    assert discrepancy
    assert discrepancy.kind is DiscrepancyKind.LOST


def test_a_subject_names_its_deal_and_a_customer_has_none() -> None:
    assert deal_of(SUBJECT) == DEAL
    assert deal_of(Subject("sk-36421936")) == ""
