"""Builds the reconciliation of each system, for workers and for the command."""

from collections.abc import Mapping, Sequence

from activities.effects import Effects
from activities.poll_schedule import PollSchedule
from activities.reconciliation import Reconciler, Reconciliation
from activities.revenue_reconciliation import RevenueReconciliation
from activities.scheduled_reconciliation import (
    TIMEOUT,
    CrmReconciliation,
    ErpReconciliation,
    PmReconciliation,
    ScheduledReconciliation,
)
from ports.event_dispatcher import EventDispatcher
from ports.records import Records
from runtime.composition import Systems
from runtime.settings import Settings
from store import Store
from workflows.polling import PolledSystem

_SCHEDULED = {
    PolledSystem.CRM: CrmReconciliation,
    PolledSystem.PM: PmReconciliation,
    PolledSystem.ERP: ErpReconciliation,
}


def build_effects(settings: Settings, store: Store) -> Effects:
    """Return the one way to change anything elsewhere."""
    return Effects(
        store.effect_ledger,
        operation_timeout=settings.timing.operation_timeout,
        installation=settings.installation,
    )


def build_reconcilers(
    settings: Settings, systems: Systems, store: Store, dispatcher: EventDispatcher
) -> Mapping[PolledSystem, Sequence[Reconciler]]:
    """Return what reconciles every system."""
    effects, ledger = build_effects(settings, store), store.effect_ledger

    def reconciliation(role: PolledSystem, records: Records) -> Reconciler:
        return Reconciliation(
            role,
            records,
            effects,
            ledger,
            store.billing_ledger,
            store.links,
            store.attention_queue,
            dispatcher,
            store.clock.now,
        )

    revenue = RevenueReconciliation(
        systems.crm_revenue, ledger, store.billing_ledger, dispatcher, store.clock.now
    )
    tasks = systems.crm_records
    return {
        PolledSystem.ERP: [reconciliation(PolledSystem.ERP, systems.erp_records)],
        PolledSystem.PM: [reconciliation(PolledSystem.PM, systems.pm_records)],
        PolledSystem.CRM: [
            *([reconciliation(PolledSystem.CRM, tasks)] if tasks else []),
            revenue,
        ],
    }


def build_scheduled_reconciliations(
    settings: Settings, systems: Systems, store: Store, dispatcher: EventDispatcher
) -> Sequence[ScheduledReconciliation]:
    """Return the activity that repeats each of them."""
    interval, now = settings.timing.reconcile_interval, store.clock.now
    built = build_reconcilers(settings, systems, store, dispatcher)
    return [
        _SCHEDULED[role](
            reconcilers,
            store.cursors,
            now,
            settings.timing.overlap,
            PollSchedule(f"reconcile:{role}", interval, store.cursors, now, timeout=TIMEOUT),
        )
        for role, reconcilers in built.items()
    ]
