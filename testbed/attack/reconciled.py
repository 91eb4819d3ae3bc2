"""One reconciliation after the attack: what it finds, the protocol has left."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from activities.reconciliation import ReconciliationReport
from activities.revenue_reconciliation import RECORD
from application.commands.reconciliation import MOST_AT_ONCE
from domain.event import (
    DealChanged,
    DealWon,
    InvoiceChanged,
    MilestoneReached,
    RecordsLost,
    RevenueStale,
    TimeTurned,
)
from runtime.composition import open_systems
from runtime.reconciliation import build_reconcilers
from store import open_store
from testbed.attack.settings import worker_settings

_CONNECTIONS: Final = 2


async def reconciled(urls: Mapping[str, str], database_url: str, since: datetime) -> list[str]:
    """Reconcile every system, and return what differed. The figures in the CRM are the attack's."""
    settings = worker_settings(urls, database_url, pool_size=_CONNECTIONS)
    reports: list[ReconciliationReport] = []
    async with open_systems(settings) as systems, open_store(database_url) as store:
        built = build_reconcilers(settings, systems, store, _NoRuns())
        for reconciler in (each for role in built.values() for each in role):
            reports += [
                await reconciler.reconcile(kind, since, dry_run=False, most=MOST_AT_ONCE)
                for kind in reconciler.kinds
                if kind != RECORD
            ]
    return [
        f"{each.discrepancy.kind} {each.discrepancy.key}: {each.discrepancy.why}, {each.outcome}"
        for report in reports
        for each in report.found
    ]


class _NoRuns:
    """Fills ports.event_dispatcher.EventDispatcher where Temporal has no run."""

    async def deal_won(self, _: DealWon) -> bool:
        return False

    async def deal_changed(self, _: DealChanged) -> bool:
        return False

    async def time_turned(self, _: TimeTurned) -> bool:
        return False

    async def milestone_reached(self, _: MilestoneReached) -> bool:
        return False

    async def invoice_changed(self, _: InvoiceChanged) -> bool:
        return False

    async def records_lost(self, _: RecordsLost) -> bool:
        return False

    async def revenue_stale(self, _: RevenueStale) -> bool:
        return False
