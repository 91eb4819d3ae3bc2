"""What `cashward reconcile` prints."""

from datetime import UTC, datetime

import pytest

from activities.reconciliation import Reconciled, ReconciliationReport
from application.commands.reconciliation import ReconciliationResult
from cli.context import out
from cli.reconcile import _print
from domain.effect import EffectKind
from domain.ids import DealId, ExternalId, Subject
from domain.reconciliation import Discrepancy, DiscrepancyKind, Remedy
from domain.responsibility import Party
from domain.vendor_record import RecordState, VendorRecord

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
INVOICE = EffectKind("erp.invoice")
SECOND = Discrepancy(
    kind=DiscrepancyKind.SECOND,
    remedy=Remedy.ASK,
    record=VendorRecord(
        kind=INVOICE,
        subject=Subject("hubspot:7:m1:r1"),
        id=ExternalId("doc-2"),
        state=RecordState.LIVE,
        changed_at=NOW,
        name="INV-2",
    ),
    deal=DealId("hubspot:7"),
    why="erp.invoice hubspot:7:m1:r1 is doc-1: this is a second one",
    responsible=Party.FINANCE,
)


def report(*found: Reconciled, is_complete: bool = True) -> ReconciliationReport:
    return ReconciliationReport(
        system="xero",
        kind=INVOICE,
        since=NOW,
        until=NOW,
        is_complete=is_complete,
        read=2,
        found=found,
    )


def printed(result: ReconciliationResult) -> str:
    with out.capture() as said:
        _print(result)
    return said.get()


def test_each_discrepancy_is_named_with_its_record_and_what_became_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(out, "width", 200)
    found = Reconciled(discrepancy=SECOND, outcome="asked finance")
    said = printed(ReconciliationResult(reports=(report(found),), unrecorded_deals=()))
    for part in ("second-record", "xero erp.invoice", "INV-2", "hubspot:7:m1:r1", "asked finance"):
        assert part in said
    assert "2 records compared: 1 discrepancies" in said


def test_a_deal_whose_contract_our_records_lack_is_named() -> None:
    result = ReconciliationResult(reports=(report(),), unrecorded_deals=(DealId("hubspot:9"),))
    assert "hubspot:9" in printed(result)


def test_a_part_that_is_not_read_yet_says_how_to_go_on() -> None:
    result = ReconciliationResult(reports=(report(is_complete=False),), unrecorded_deals=())
    assert "--since 2026-11-29T12:00:00" in " ".join(printed(result).split())


def test_records_that_agree_are_counted() -> None:
    result = ReconciliationResult(reports=(report(),), unrecorded_deals=())
    assert "2 records compared: no discrepancies" in printed(result)
