"""Holds the revenue on the deals' records in the CRM against contracts and claims."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from activities.reconciliation import MOST_RECORDS, Reconciled, ReconciliationReport
from domain.effect import EffectKind
from domain.event import RecordsLost, RevenueStale
from domain.ids import DealId, ExternalId, Subject, local_id
from domain.reconciliation import Discrepancy, Remedy, assess_revenue
from domain.refusal import Refusal
from domain.vendor_record import RecordState, VendorRecord
from ports.billing_ledger import BillingLedger
from ports.effect_ledger import EffectList
from ports.event_dispatcher import EventDispatcher
from ports.records import RevenueRecords

Clock = Callable[[], datetime]

RECORD: Final = EffectKind("crm.record")
_PAUSE: Final = timedelta(minutes=1)
"""How long a deal's run may take from a claim to the CRM."""


class RevenueReconciliation:
    """Reads the records that were written to; one that tells other sums is written again."""

    kinds: Sequence[EffectKind] = (RECORD,)

    def __init__(
        self,
        records: RevenueRecords,
        effect_ledger: EffectList,
        billing_ledger: BillingLedger,
        dispatcher: EventDispatcher,
        clock: Clock,
    ) -> None:
        self._records = records
        self._effect_ledger = effect_ledger
        self._billing_ledger = billing_ledger
        self._dispatcher = dispatcher
        self._clock = clock

    @property
    def settle_time(self) -> timedelta:
        return self._records.settle_time + _PAUSE

    async def reconcile(
        self, kind: EffectKind, since: datetime, *, dry_run: bool, most: int = MOST_RECORDS
    ) -> ReconciliationReport:
        """Compare the deals whose record was written to since then, but not just now."""
        settled = self._clock() - self.settle_time
        written, fresh = await self._written(kind, since), await self._written(kind, settled)
        deals = sorted(written - fresh)
        assessed = [await self._assess(deal) for deal in deals[:most]]
        found = [
            Reconciled(discrepancy=each, outcome=await self._mend(each, dry_run=dry_run))
            for each in assessed
            if each
        ]
        is_complete = len(deals) <= most
        return ReconciliationReport(
            system=self._records.system,
            kind=kind,
            since=since,
            until=settled if is_complete else since,
            is_complete=is_complete,
            read=len(assessed),
            found=tuple(found),
        )

    async def _written(self, kind: EffectKind, since: datetime) -> set[DealId]:
        system, tenant = self._records.system, await self._records.tenant()
        found = await self._effect_ledger.confirmed_since(system, tenant, kind, since)
        return {effect.deal for effect in found}

    async def _assess(self, deal: DealId) -> Discrepancy | None:
        try:
            baseline = await self._billing_ledger.baseline(deal)
        except Refusal:
            return None  # it is not agreed yet
        written = await self._records.revenue(deal)
        if written is None:
            return None
        bills = await self._billing_ledger.bills(deal)
        return assess_revenue(self._record(deal), written, baseline, bills)

    def _record(self, deal: DealId) -> VendorRecord:
        return VendorRecord(
            kind=RECORD,
            subject=Subject(deal),
            id=ExternalId(local_id(deal)),
            state=RecordState.LIVE,
            changed_at=self._clock(),
        )

    async def _mend(self, discrepancy: Discrepancy, *, dry_run: bool) -> str:
        if dry_run:
            return f"would {discrepancy.remedy}"
        if discrepancy.remedy is Remedy.RECORD:
            has_run = await self._dispatcher.records_lost(RecordsLost(deal=discrepancy.deal))
            does = "records again, and then writes" if has_run else "remembers: left as it is"
            return f"{'its' if has_run else 'no'} run {does}"
        occasion = f"reconcile-{self._clock():%Y%m%dT%H%M%S}"
        await self._dispatcher.revenue_stale(RevenueStale(deal=discrepancy.deal, occasion=occasion))
        return "a run writes it again"
