"""The worker of runs that do nothing: a separate process, built as ours is."""

import asyncio
from collections.abc import Sequence
from typing import Final

from temporalio.client import Client
from temporalio.worker import Worker

from runtime.settings import Settings
from runtime.settings_loading import read_settings
from runtime.temporal import connect
from runtime.worker_main import keep_what_is_there, leave, run_until_stopped
from testbed.bench.shapes import QUEUE, STEPS, EmptyRun, EmptySteps

_AT_ONCE: Final = 60  # as many as our worker takes from its three systems together


def build_workers(client: Client, settings: Settings) -> Sequence[Worker]:
    """Build it as our worker is built: one for workflows and local steps, one for steps."""
    empty = EmptySteps(client)
    return (
        Worker(
            client,
            task_queue=QUEUE,
            workflows=[EmptyRun],
            activities=[empty.note],
            max_concurrent_workflow_tasks=settings.worker.workflows_at_once,
        ),
        Worker(
            client, task_queue=STEPS, activities=[empty.step], max_concurrent_activities=_AT_ONCE
        ),
    )


async def _work(stop: asyncio.Event) -> None:
    settings = read_settings()
    client = await connect(settings.temporal)
    first, second = build_workers(client, settings)
    async with first, second:
        keep_what_is_there()
        await stop.wait()


if __name__ == "__main__":
    run_until_stopped(_work)
    leave(0)
