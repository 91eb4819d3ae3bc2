"""Reaches the runs on Temporal: updates, queries and lists, each answered within a bounded time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from application.errors import RunNotFound, TemporalUnavailable, WorkerUnavailable
from domain.refusal import Refusal

Connect = Callable[[], Awaitable[Client]]

ANSWER_WITHIN = timedelta(seconds=10)

_NO_WORKER = frozenset({RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.DEADLINE_EXCEEDED})


class Runs:
    """The runs of our workflows. Connects to Temporal at the first request."""

    def __init__(self, connect: Connect, *, answer_within: timedelta = ANSWER_WITHIN) -> None:
        self._connect = connect
        self._answer_within = answer_within
        self._connected: Client | None = None

    async def client(self) -> Client:
        """Return the connected client. Raises TemporalUnavailable."""
        if self._connected is None:
            self._connected = await self._connect()
        return self._connected

    async def update(self, run: str, update: Any, request: object, *, id: str) -> str:  # noqa: ANN401 - the SDK types updates by overloads
        """Send an update and return the answer. Raises Refusal, RunNotFound and Unavailable."""
        handle = (await self.client()).get_workflow_handle(run)
        async with self.answered(run):
            return str(await handle.execute_update(update, request, id=id))

    async def query(self, run: str, query: Any) -> Any:  # noqa: ANN401 - the same of queries
        """Query a run; one that has ended answers too. Raises as `update` does."""
        handle = (await self.client()).get_workflow_handle(run)
        async with self.answered(run):
            return await handle.query(query, rpc_timeout=self._answer_within)

    async def is_open(self, run: str) -> bool:
        handle = (await self.client()).get_workflow_handle(run)
        try:
            async with self.answered(run):
                return (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
        except RunNotFound:
            return False

    async def find(self, query: str) -> list[WorkflowExecution]:
        """Return all runs that Temporal's visibility finds by this query."""
        client = await self.client()
        async with self.answered(query):
            return [run async for run in client.list_workflows(query)]

    @asynccontextmanager
    async def answered(self, run: str) -> AsyncIterator[None]:
        """Bound the wait, and turn Temporal's errors into our own."""
        try:
            async with asyncio.timeout(self._answer_within.total_seconds()):
                yield
        except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError) as late:
            raise WorkerUnavailable from late
        except (WorkflowUpdateFailedError, WorkflowQueryFailedError) as refused:
            raise Refusal(_message_of(refused.cause or refused)) from refused
        except WorkflowQueryRejectedError as refused:
            raise Refusal(f"{run} no longer answers: {refused}") from refused
        except RPCError as refused:
            raise _failure_of(run, refused) from refused


def _message_of(refused: BaseException) -> str:
    """Return what the workflow said, without the name of its class."""
    return refused.message if isinstance(refused, ApplicationError) else str(refused)


def _failure_of(run: str, refused: RPCError) -> Exception:
    if refused.status is RPCStatusCode.NOT_FOUND:
        return RunNotFound(run)
    if refused.status in _NO_WORKER:
        return WorkerUnavailable()
    if refused.status is RPCStatusCode.UNAVAILABLE:
        return TemporalUnavailable("Temporal does not answer: is it running?")
    return Refusal(f"Temporal refused: {refused.message}")
