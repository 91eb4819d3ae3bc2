"""Reconciles each system on a schedule: what changed since the last time, and a little before."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from temporalio import activity

from activities.poll_schedule import PollSchedule
from activities.polls import FIRST_LOOK_BACK
from activities.reconciliation import Reconciler
from domain.effect import EffectKind
from ports.cursors import Cursors

Clock = Callable[[], datetime]

TIMEOUT = timedelta(minutes=10)
"""A reconciliation that takes longer counts as failed."""


class ScheduledReconciliation:
    """A subclass names the activity, which runs on the queue of its system."""

    def __init__(
        self,
        reconcilers: Sequence[Reconciler],
        cursors: Cursors,
        clock: Clock,
        overlap: timedelta,
        schedule: PollSchedule,
    ) -> None:
        self._reconcilers = reconcilers
        self._cursors = cursors
        self._clock = clock
        self._overlap = overlap
        self._schedule = schedule

    async def repeat(self) -> None:
        """Reconcile at the schedule's interval until its time is over."""
        await self._schedule.repeat(self._reconcile_once)

    async def _reconcile_once(self) -> None:
        for reconciler in self._reconcilers:
            for kind in reconciler.kinds:
                await self._reconcile(reconciler, kind)

    async def _reconcile(self, reconciler: Reconciler, kind: EffectKind) -> None:
        """Go on where the last one ended; what had not settled then has settled by now."""
        cursor = f"reconcile:{kind}"
        reached = await self._cursors.read(cursor) or self._clock() - FIRST_LOOK_BACK
        since = reached - self._overlap - reconciler.settle_time
        report = await reconciler.reconcile(kind, since, dry_run=False)
        await self._cursors.advance(cursor, max(report.until, since))


class CrmReconciliation(ScheduledReconciliation):
    """Reconciles the CRM."""

    @activity.defn(name="crm.reconcile")
    async def reconcile(self) -> None:
        await self.repeat()


class PmReconciliation(ScheduledReconciliation):
    """Reconciles the PM."""

    @activity.defn(name="pm.reconcile")
    async def reconcile(self) -> None:
        await self.repeat()


class ErpReconciliation(ScheduledReconciliation):
    """Reconciles the ERP."""

    @activity.defn(name="erp.reconcile")
    async def reconcile(self) -> None:
        await self.repeat()
