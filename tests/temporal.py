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
        # Several partitions of a queue cost processor time, and serve more load than a test has.
        "matching.numTaskqueueReadPartitions": "1",
        "matching.numTaskqueueWritePartitions": "1",
    }
)
"""Settings of a server that makes no test wait."""


def continue_as_new_after(events: int) -> dict[str, str]:
    """Return settings with which a run soon continues as new; Temporal's limit is thousands."""
    return {"limit.historyCount.suggestContinueAsNew": str(events)}


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    """A real server, in memory; its runs are replayed at the end."""
    async with private_temporal() as environment:
        yield environment


@asynccontextmanager
async def private_temporal(**settings: str) -> AsyncIterator[WorkflowEnvironment]:
    """A server for one module, since sandboxes give deals the same ids, and a deal has one run."""
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
    """Replay the tests' histories on the present code; a run that differs raises.

    Of runs with the same events in the same order, one is replayed.
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
