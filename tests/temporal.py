"""One Temporal server for all tests, with our search attributes."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from runtime.plugin import CashwardPlugin
from runtime.workers import WORKFLOWS
from testbed.stack.binaries import find_temporal
from tests.workflows.golden import course_of
from workflows import search_attributes

QUICK: Mapping[str, str] = MappingProxyType(
    {
        # Else timers and retries come a second late.
        "history.timerProcessorMaxTimeShift": '"10ms"',
        # How long a task that a worker lost is waited for.
        "history.defaultWorkflowTaskTimeout": '"2s"',
    }
)
"""Settings of a server that keeps no test waiting."""


def continue_as_new_after(events: int) -> dict[str, str]:
    """Settings of a server on which a run is soon long; Temporal's own limit is thousands."""
    return {"limit.historyCount.suggestContinueAsNew": str(events)}


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    """A real server, in memory; what ran on it is replayed at the end."""
    async with private_temporal() as environment:
        yield environment


@asynccontextmanager
async def private_temporal(**settings: str) -> AsyncIterator[WorkflowEnvironment]:
    """A server of one's own: a deal has one run on it, ever, and sandboxes give the same ids."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(find_temporal()),
        search_attributes=search_attributes.ALL,
        dev_server_extra_args=[
            part
            for name, value in {**QUICK, **settings}.items()
            for part in ("--dynamic-config-value", f"{name}={value}")
        ],
        dev_server_log_level="error",
    ) as environment:
        yield environment
        await _replay_everything(environment.client)


async def _replay_everything(client: Client) -> None:
    """What the tests left is replayed on today's code; a run that differs raises.

    Of runs in which the same happened in the same order one is replayed.
    """
    replayer = Replayer(workflows=WORKFLOWS, plugins=[CashwardPlugin()])
    ours = {name_of(run) for run in WORKFLOWS}
    kinds = ", ".join(f"'{name}'" for name in sorted(ours))
    runs = client.list_workflows(f"WorkflowType IN ({kinds})").map_histories()
    by_course = {course_of(history): history async for history in runs}
    for history in by_course.values():
        await replayer.replay_workflow(history)


def name_of(run: type) -> str:
    definition = workflow._Definition.must_from_class(run)
    assert definition.name
    return definition.name
