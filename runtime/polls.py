"""Starts the run that polls each system, unless it runs already."""

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from workflows import workflow_ids
from workflows.polling import Poll, PolledSystem


async def ensure_polls(client: Client, *, task_queue: str) -> None:
    """Start one run per system, however many workers ask for it."""
    for system in PolledSystem:
        await client.start_workflow(
            Poll.run,
            system,
            id=workflow_ids.poll_run(system),
            task_queue=task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=f"Polls the {system.upper()} for as long as Cashward runs",
        )
