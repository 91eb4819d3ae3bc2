"""The house rules of Temporal, in one plugin shared by client, worker, tests and replay."""

from dataclasses import replace

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.plugin import SimplePlugin
from temporalio.worker import WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from domain.refusal import Refusal
from runtime.steps import HouseRules

THEIR_CODE = ("pydantic_core", "annotated_types", "rapidfuzz", "anyascii", "stdnum")
"""Libraries that hold compiled code or read data files when they are imported; all pure."""

OUR_CODE = ("domain", "ports", "activities")
"""Loaded once, not once per run: it has no state and reads no clock (ruff TID251)."""


class CashwardPlugin(SimplePlugin):
    """Pydantic payloads, our failures in Temporal's words, and a refusal ends a run as failed.

    `strict` loads our own code anew for every run, so that the sandbox sees all of it.
    """

    def __init__(self, *, strict: bool = False) -> None:
        modules = THEIR_CODE if strict else (*THEIR_CODE, *OUR_CODE)

        def pass_through(runner: WorkflowRunner | None) -> WorkflowRunner:
            if not isinstance(runner, SandboxedWorkflowRunner):
                raise TypeError("workflows run in the sandbox, or not at all")
            return replace(
                runner, restrictions=runner.restrictions.with_passthrough_modules(*modules)
            )

        super().__init__(
            "cashward",
            data_converter=pydantic_data_converter,
            interceptors=[HouseRules()],
            workflow_runner=pass_through,
            workflow_failure_exception_types=[Refusal],
        )
