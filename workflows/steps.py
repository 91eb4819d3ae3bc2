"""The building blocks of every workflow: `step`, `local_step`, `child` and `Saga`."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, FailureError, is_cancelled_exception
from temporalio.types import MethodAsyncNoParam, MethodAsyncSingleParam
from temporalio.workflow import (
    ActivityCancellationType,
    ActivityConfig,
    ChildWorkflowHandle,
)

from domain.refusal import Refusal
from workflows.task_queues import queue_of

S = TypeVar("S")
Command = TypeVar("Command")
Result = TypeVar("Result")
Undo = Callable[[], Awaitable[None]]

ACTIVITY_OPTIONS = ActivityConfig(
    start_to_close_timeout=timedelta(minutes=2),
    # A worker that dies is noticed by its silence; the worker beats by itself while a step runs.
    heartbeat_timeout=timedelta(seconds=6),
    schedule_to_close_timeout=timedelta(hours=1),
    # An undo must not race the step it undoes: a cancelled step ends first.
    cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry_policy=RetryPolicy(
        initial_interval=timedelta(milliseconds=500),
        maximum_interval=timedelta(seconds=20),
        non_retryable_error_types=["Misconfigured"],
    ),
)
"""The options of a step: each attempt is short, and after an hour without success a person is told.

They are so near to each other that all goes on soon after a system is back. A system that is away
gets few of them: a connector calls it once in a while only (connectors/common/breaker.py).
"""

PATIENT_OPTIONS = ActivityConfig(
    start_to_close_timeout=ACTIVITY_OPTIONS["start_to_close_timeout"],
    heartbeat_timeout=ACTIVITY_OPTIONS["heartbeat_timeout"],
    cancellation_type=ACTIVITY_OPTIONS["cancellation_type"],
    retry_policy=RetryPolicy(initial_interval=timedelta(minutes=5), backoff_coefficient=1),
)
"""The options of a step while its run is parked: tried until it succeeds, is refused, or a person
decides. The server retries it, which adds nothing to the run's history."""


async def step(
    activity: MethodAsyncSingleParam[S, Command, Result],
    command: Command,
    summary: str,
    *,
    options: ActivityConfig = ACTIVITY_OPTIONS,
) -> Result:
    """Run one step on its system's queue, and wait for it.

    If we are cancelled meanwhile, the step ends first: an undo must not race it.
    """
    config = ActivityConfig(**options, task_queue=_queue_of(activity), summary=summary)
    return await wait_until_done(workflow.start_activity_method(activity, command, **config))


async def poll(activity: MethodAsyncNoParam[S, None], summary: str) -> None:
    """Poll for an hour. If the worker dies, another one goes on within the heartbeat time-out."""
    await workflow.execute_activity_method(
        activity,
        task_queue=_queue_of(activity),
        summary=summary,
        start_to_close_timeout=timedelta(hours=1, minutes=10),
        heartbeat_timeout=timedelta(seconds=6),
        retry_policy=RetryPolicy(maximum_interval=timedelta(seconds=20)),
    )


async def local_step(
    activity: MethodAsyncSingleParam[S, Command, Result], command: Command, summary: str
) -> Result:
    """Run a step of our own bookkeeping as a local activity."""
    handle = workflow.start_local_activity_method(
        activity,
        command,
        summary=summary,
        start_to_close_timeout=timedelta(seconds=10),
        retry_policy=RetryPolicy(
            initial_interval=timedelta(milliseconds=500), maximum_interval=timedelta(seconds=20)
        ),
    )
    return await wait_until_done(handle)


def _queue_of(activity: object) -> str:
    return queue_of(activity).under(workflow.info().task_queue)


async def wait_until_done(handle: "asyncio.Task[Result]") -> Result:
    """Return the result of what was started; when cancelled, cancel it and wait until it ends.

    A bare await could lose the cancel: it comes only once, and the awaited may still end well.
    """
    try:
        return await asyncio.shield(handle)
    except asyncio.CancelledError:
        handle.cancel()
        with suppress(FailureError, asyncio.CancelledError):
            await handle
        raise


async def child(starting: Coroutine[Any, Any, ChildWorkflowHandle[Any, Result]]) -> Result:
    """Run a child to its end; when cancelled, cancel it and wait until it ends."""
    return await wait_until_done(await started(starting))


async def started(
    starting: Coroutine[Any, Any, ChildWorkflowHandle[S, Result]],
) -> ChildWorkflowHandle[S, Result]:
    """Return a child once it runs; when cancelled, cancel it and wait until it ends."""
    task = asyncio.create_task(starting)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        handle = await task
        handle.cancel()
        with suppress(FailureError, asyncio.CancelledError):
            await handle
        raise


async def side_by_side(*loops: Coroutine[Any, Any, None]) -> None:
    """Run loops to their end; if one fails, end the others and raise its failure."""
    running = [asyncio.create_task(loop) for loop in loops]
    try:
        await asyncio.gather(*running)
    except (FailureError, Refusal, asyncio.CancelledError):
        for each in running:
            each.cancel()
        await workflow.wait(running)
        raise


class Saga:
    """Undoes what was done, newest first, if its block fails or is cancelled.

    An undo is on record before its step is tried: a step that failed may still have happened.
    So an undo takes the same command as its step, never the result. A bug undoes nothing.
    """

    def __init__(self) -> None:
        self._undos: list[Undo] = []

    def undo_with(self, undo: Undo) -> None:
        """Remember how to undo the next step."""
        self._undos.append(undo)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(failure, FailureError | Refusal | asyncio.CancelledError):
            await undo_all(self._undos)


async def undo_all(undos: Sequence[Undo]) -> None:
    """Undo in reverse order, to the end."""
    for undo in reversed(undos):
        await undo()


def is_refusal(failure: ActivityError) -> bool:
    """Return whether a step is not worth another try: it was refused, or was tried long enough."""
    return not is_cancelled_exception(failure)
