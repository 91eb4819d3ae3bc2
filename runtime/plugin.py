"""Configures Temporal in one plugin for client, worker, tests and replay."""

from dataclasses import replace

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.plugin import SimplePlugin
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from domain.refusal import Refusal
from runtime.activity_interceptor import ActivityRules

THEIR_CODE = ("pydantic_core", "annotated_types", "rapidfuzz", "anyascii", "stdnum", "holidays")
"""Libraries that contain compiled code or read data files at import; all are deterministic."""


class CashwardPlugin(SimplePlugin):
    """Pydantic payloads, our failures mapped to Temporal's, and runs that fail on a Refusal.

    `strict` runs every workflow in Temporal's sandbox, with all of our code inside: it raises
    where a workflow uses the clock, random numbers, a file or a socket. Some tests are strict,
    workers are not (docs/decisions/0007).
    """

    def __init__(self, *, strict: bool = False) -> None:
        def runner(given: WorkflowRunner | None) -> WorkflowRunner:
            return _sandbox(given) if strict else UnsandboxedWorkflowRunner()

        super().__init__(
            "cashward",
            data_converter=pydantic_data_converter,
            interceptors=[ActivityRules()],
            workflow_runner=runner,
            workflow_failure_exception_types=[Refusal],
        )


def _sandbox(given: WorkflowRunner | None) -> WorkflowRunner:
    runner = given if isinstance(given, SandboxedWorkflowRunner) else SandboxedWorkflowRunner()
    allowed = runner.restrictions.with_passthrough_modules(*THEIR_CODE)
    # `datetime` takes no proxy for a time zone.
    members = allowed.invalid_module_members
    children = {name: each for name, each in members.children.items() if name != "zoneinfo"}
    free = replace(allowed, invalid_module_members=replace(members, children=children))
    return replace(runner, restrictions=free)
