"""Starts the runs that poll and reconcile each system, unless they run already."""

from functools import partial

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from workflows import workflow_ids
from workflows.polling import Poll, PolledSystem
from workflows.reconciling import RECONCILED, Reconcile


async def ensure_polls(client: Client, *, task_queue: str) -> None:
    """Start one run of each kind per system, however many workers ask for it."""
    start = partial(
        client.start_workflow,
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    for system in PolledSystem:
        await start(
            Poll.run,
            system,
            id=workflow_ids.poll_run(system),
            static_summary=f"Polls the {system.upper()} for as long as Cashward runs",
        )
    for system in RECONCILED:
        await start(
            Reconcile.run,
            system,
            id=workflow_ids.reconcile_run(system),
            static_summary=f"Compares our records in the {system.upper()} with ours",
        )
