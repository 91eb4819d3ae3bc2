"""The workers of one process: one for workflows, and one for each connected system."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker

from activities.bookkeeping import BookkeepingActivities
from activities.crm import CrmActivities
from activities.erp import CustomerActivities, InvoiceActivities
from activities.pm import PmActivities
from activities.poll_schedule import PollSchedule
from activities.polls import CrmPoll, ErpPoll, PmPoll, TimePoll
from runtime.application import build_dispatcher, build_time_approval
from runtime.composition import Systems
from runtime.reconciliation import build_effects, build_scheduled_reconciliations
from runtime.settings import Settings
from store import Store
from workflows.closed_won_handoff import ClosedWonHandoff
from workflows.crm_watch import CrmWatch
from workflows.deal_to_cash import DealToCash
from workflows.kickoff_provisioning import KickoffProvisioning
from workflows.milestone_billing import MilestoneBilling
from workflows.polling import Poll, PolledSystem
from workflows.reconciling import Reconcile
from workflows.record_again import RecordAgain
from workflows.revenue_write_back import RevenueWriteBack
from workflows.task_queues import ACTIVITIES, SystemQueue

WORKFLOWS: Sequence[type] = (
    DealToCash,
    ClosedWonHandoff,
    KickoffProvisioning,
    MilestoneBilling,
    CrmWatch,
    RevenueWriteBack,
    RecordAgain,
    Poll,
    Reconcile,
)
AT_ONCE = 20
"""The default number of concurrent steps per system."""


@dataclass(frozen=True)
class Steps:
    """Every step, by its queue."""

    own: Sequence[Callable[..., Any]]
    by_queue: dict[SystemQueue, Sequence[Callable[..., Any]]]


def steps(settings: Settings, systems: Systems, store: Store, client: Client) -> Steps:
    """Build the activities, each with what it needs."""
    timing, now = settings.timing, store.clock.now
    effects = build_effects(settings, store)
    dispatcher = build_dispatcher(client, settings, store)
    crm = CrmActivities(systems.crm, effects)
    overlap = timing.overlap

    def schedule(system: PolledSystem) -> PollSchedule:
        return PollSchedule(system, timing.poll_interval(system), store.cursors, now)

    crm_poll = CrmPoll(
        systems.crm,
        store.attention_queue,
        store.cursors,
        dispatcher,
        now,
        overlap,
        schedule(PolledSystem.CRM),
        settings.policy,
    )
    pm = PmActivities(systems.pm, effects)
    pm_poll = PmPoll(
        systems.pm, store.billing_ledger, dispatcher, now, overlap, schedule(PolledSystem.PM)
    )
    time_poll = TimePoll(
        systems.pm,
        store.timesheets,
        build_time_approval(settings, store, now),
        store.cursors,
        dispatcher,
        now,
        overlap,
        schedule(PolledSystem.TIME),
    )
    customers = CustomerActivities(
        systems.customers, effects, store.billing_ledger, store.links, now
    )
    invoices = InvoiceActivities(systems.invoicing, effects, store.billing_ledger, store.links, now)
    erp_poll = ErpPoll(
        systems.invoicing,
        store.billing_ledger,
        store.cursors,
        dispatcher,
        now,
        overlap,
        schedule(PolledSystem.ERP),
    )
    bookkeeping = BookkeepingActivities(
        store.attention_queue, store.billing_ledger, store.audit_trail, now
    )
    reconciliations = build_scheduled_reconciliations(settings, systems, store, dispatcher)
    callers = (
        crm,
        crm_poll,
        pm,
        pm_poll,
        time_poll,
        customers,
        invoices,
        erp_poll,
        *reconciliations,
    )
    return Steps(
        own=_activities(bookkeeping),
        by_queue={
            queue: _activities(*(each for each in callers if isinstance(each, classes)))
            for queue, classes in ACTIVITIES.items()
        },
    )


def build_workers(client: Client, settings: Settings, parts: Steps) -> list[Worker]:
    """Build a worker for workflows, and one per system with its own limits."""
    queue = settings.temporal.task_queue
    limits = settings.worker
    grace = timedelta(seconds=limits.grace_seconds)
    workflows = Worker(
        client,
        task_queue=queue,
        workflows=WORKFLOWS,
        activities=parts.own,
        max_concurrent_workflow_tasks=limits.workflows_at_once,
        max_cached_workflows=limits.cached_workflows,
        graceful_shutdown_timeout=grace,
    )
    return [workflows] + [
        Worker(
            client,
            task_queue=system.under(queue),
            activities=activities,
            # The polls and the reconciliation take a slot each for an hour at a time: they must not
            # take those of the steps.
            max_concurrent_activities=limits.concurrency.get(system, AT_ONCE) + 3,
            max_task_queue_activities_per_second=limits.rates.get(system) or None,
            graceful_shutdown_timeout=grace,
        )
        for system, activities in parts.by_queue.items()
    ]


def _activities(*groups: object) -> list[Callable[..., Any]]:
    """Return the methods of these objects that are activities."""
    found = (getattr(group, name) for group in groups for name in dir(group))
    return [method for method in found if hasattr(method, "__temporal_activity_definition")]
