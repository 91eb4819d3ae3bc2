"""Asks the deal's owner by a task in the CRM, beside the run that waits for them."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError
from temporalio.workflow import ActivityConfig

from activities.crm import CrmActivities as Crm
from domain.attention import Attention
from workflows.steps import ACTIVITY_OPTIONS, step

A_MOMENT = timedelta(seconds=10)
"""How long a run waits for its task to be closed before it goes on beside that."""

_OPTIONS = ActivityConfig(**ACTIVITY_OPTIONS)
_OPTIONS["schedule_to_close_timeout"] = timedelta(days=3)


class OwnerTaskHandle:
    """One task, from when it is asked for until it is closed.

    The run neither waits for the CRM nor fails with it: a task is a courtesy.
    """

    def __init__(self, attention: Attention) -> None:
        self._attention = attention
        self._placing = asyncio.create_task(self._place())
        self._closing: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Close the task; return after a moment even if the CRM has not answered."""
        self._closing = asyncio.create_task(self._close())
        with suppress(TimeoutError):
            await workflow.wait_condition(
                self._closing.done, timeout=A_MOMENT, timeout_summary="Go on without the task"
            )

    async def _place(self) -> None:
        try:
            await step(
                Crm.ask_owner,
                self._attention,
                "Put a task before the deal's owner",
                options=_OPTIONS,
            )
        except ActivityError as failure:
            workflow.logger.warning("the owner was not asked: %s", failure.cause or failure)

    async def _close(self) -> None:
        self._placing.cancel()
        with suppress(asyncio.CancelledError):
            await self._placing
        try:
            await step(Crm.close_task, self._attention, "Close the owner's task", options=_OPTIONS)
        except ActivityError as failure:
            workflow.logger.warning("the task stays open: %s", failure.cause or failure)
