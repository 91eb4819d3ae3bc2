"""Builds the reconciliation of each system, for workers and for the command."""

from collections.abc import Mapping, Sequence

from activities.effects import Effects
from activities.poll_schedule import PollSchedule
from activities.reconciliation import Reconciliation
from activities.scheduled_reconciliation import (
    TIMEOUT,
    ErpReconciliation,
    ScheduledReconciliation,
)
from ports.event_dispatcher import EventDispatcher
from runtime.composition import Systems
from runtime.settings import Settings
from store import Store
from workflows.polling import PolledSystem

_SCHEDULED = {
    PolledSystem.ERP: ErpReconciliation,
}


def build_effects(settings: Settings, store: Store) -> Effects:
    """Return the one way to change anything elsewhere."""
    return Effects(
        store.effect_ledger,
        operation_timeout=settings.timing.operation_timeout,
        installation=settings.installation,
    )


def build_reconciliations(
    settings: Settings, systems: Systems, store: Store, dispatcher: EventDispatcher
) -> Mapping[PolledSystem, Reconciliation]:
    """Return the reconciliation of every system."""
    effects = build_effects(settings, store)
    return {
        role: Reconciliation(
            role,
            records,
            effects,
            store.effect_ledger,
            store.billing_ledger,
            store.links,
            store.attention_queue,
            dispatcher,
            store.clock.now,
        )
        for role, records in ((PolledSystem.ERP, systems.erp_records),)
    }


def build_scheduled_reconciliations(
    settings: Settings, systems: Systems, store: Store, dispatcher: EventDispatcher
) -> Sequence[ScheduledReconciliation]:
    """Return the activity that repeats each of them."""
    interval, now = settings.timing.reconcile_interval, store.clock.now
    built = build_reconciliations(settings, systems, store, dispatcher)
    return [
        _SCHEDULED[role](
            reconciliation,
            store.cursors,
            now,
            settings.timing.overlap,
            PollSchedule(f"reconcile:{role}", interval, store.cursors, now, timeout=TIMEOUT),
        )
        for role, reconciliation in built.items()
    ]
