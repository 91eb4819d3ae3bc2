"""Starts the runs that poll and reconcile each system, unless they run already."""

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from workflows import workflow_ids
from workflows.polling import Poll, PolledSystem
from workflows.reconciling import Reconcile


async def ensure_polls(client: Client, *, task_queue: str) -> None:
    """Start one run of each kind per system, however many workers ask for it."""
    for system in PolledSystem:
        await client.start_workflow(
            Poll.run,
            system,
            id=workflow_ids.poll_run(system),
            task_queue=task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=f"Polls the {system.upper()} for as long as Cashward runs",
        )
    for system in PolledSystem:
        await client.start_workflow(
            Reconcile.run,
            system,
            id=workflow_ids.reconcile_run(system),
            task_queue=task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=f"Compares our records in the {system.upper()} with ours",
        )
