"""Sends heartbeats, finishes despite cancellation, and maps errors to ApplicationError."""

import asyncio
from datetime import timedelta
from typing import Any

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from connectors.common import correlation
from domain.effect import NotSettled, Superseded
from domain.refusal import Refusal
from ports import failures
from ports.failures import ConnectorFailure, Rejected, Throttled
from ports.lease import Lease

BEAT = timedelta(seconds=2)
"""Well within the heartbeat time-out of a step (workflows/steps.py)."""

log = structlog.get_logger()


class ActivityRules(Interceptor):
    """Applies these rules to every activity of a worker."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Step(next)


class _Step(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: ANN401 - the SDK's signature
        info = activity.info()
        run = info.workflow_id or ""
        correlation.set(run)
        structlog.contextvars.bind_contextvars(
            step=info.activity_type, workflow=run, run=info.workflow_run_id, attempt=info.attempt
        )
        try:
            return await _unbroken(super().execute_activity(input))
        except Exception as failure:
            raise to_temporal_failure(failure) from failure
        finally:
            structlog.contextvars.clear_contextvars()


def to_temporal_failure(failure: Exception) -> Exception:
    """Map our failures to those of Temporal; return any other error as it is."""
    kind = _kind(failure)
    match failure:
        case ConnectorFailure():
            log.info("a step was not done", failure=kind, reason=failure.reason)
            return ApplicationError(
                str(failure),
                type=kind,
                non_retryable=isinstance(failure, Rejected),
                next_retry_delay=failure.pause,
                category=_category(benign=isinstance(failure, Throttled)),
            )
        case NotSettled():
            pause = max(failure.wait, timedelta(milliseconds=50))
            return ApplicationError(
                str(failure), type=kind, next_retry_delay=pause, category=_category(benign=True)
            )
        case Superseded():
            return ApplicationError(str(failure), type=kind)
        case Refusal():
            log.info("a step was refused", failure=kind, reason=str(failure))
            return ApplicationError(str(failure), type=kind, non_retryable=True)
        case _:
            if not isinstance(failure, ApplicationError):
                log.error("a step failed in a way nobody foresaw", exc_info=failure)
            return failure


def _kind(failure: Exception) -> str:
    """Return the name of its type; a connector's own failure goes by the port's name."""
    types = type(failure).__mro__
    return next((each for each in types if each.__module__ == failures.__name__), types[0]).__name__


def _category(*, benign: bool) -> ApplicationErrorCategory:
    return ApplicationErrorCategory.BENIGN if benign else ApplicationErrorCategory.UNSPECIFIED


async def _unbroken(step: Any) -> Any:  # noqa: ANN401 - any step, any result
    """Run a step to its end; only a worker that must stop cancels it.

    A half-made change in another system costs more than the seconds until its call ends. But once
    the step is cancelled, or Temporal has given it up, it starts no further change.
    """
    lease = Lease()
    with lease.held():
        task = asyncio.ensure_future(step)
    if not activity.info().heartbeat_timeout:
        return await task
    while not task.done():
        try:
            await asyncio.wait({task}, timeout=BEAT.total_seconds())
        except asyncio.CancelledError:
            lease.revoke("the step was cancelled")
        if activity.is_worker_shutdown() and activity.is_cancelled():
            task.cancel()
        elif not task.done():
            activity.heartbeat()
    return await task
