import os
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.testing import WorkflowEnvironment

from testbed.stack.binaries import find_temporal
from workflows import search_attributes

Run = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.slow

WRITTEN = {key.name: key.indexed_value_type.name for key in search_attributes.ALL}


@pytest.fixture(scope="module")
def address(temporal: WorkflowEnvironment) -> str:
    return temporal.client.service_client.config.target_host


@pytest.fixture(scope="module")
def job(address: str, root: Path) -> Run:
    """The namespace job, as the container runs it."""

    def run(namespace: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", root / "deploy/temporal/namespace.sh"],
            env={
                "PATH": f"{find_temporal().parent}{os.pathsep}{os.defpath}",
                "HOME": "/nonexistent",
                "TEMPORAL_ADDRESS": address,
                "TEMPORAL_NAMESPACE": namespace,
                **variables,
            },
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


async def test_an_empty_server_learns_all_that_the_workflows_write(
    temporal: WorkflowEnvironment, job: Run
) -> None:
    done = job("fresh")
    assert done.returncode == 0, done.stderr
    assert await _retention(temporal, "fresh") == timedelta(days=30)
    assert len(WRITTEN) == 6
    assert await _attributes(temporal, "fresh") == WRITTEN


async def test_a_second_start_repeats_it_without_harm_and_takes_a_new_retention(
    temporal: WorkflowEnvironment, job: Run
) -> None:
    assert job("again").returncode == 0
    assert job("again", RETENTION="45d").returncode == 0
    assert await _retention(temporal, "again") == timedelta(days=45)
    assert await _attributes(temporal, "again") == WRITTEN


def test_a_name_taken_by_another_type_fails_the_job_and_says_which(address: str, job: Run) -> None:
    assert job("taken").returncode == 0
    attribute = [str(find_temporal()), "operator", "search-attribute", "--address", address]
    owner = ["-n", "taken", "--name", "Owner"]
    subprocess.run([*attribute, "remove", *owner, "--yes"], check=True)
    subprocess.run([*attribute, "create", *owner, "--type", "Int"], check=True)
    failed = job("taken", TRIES="1")
    assert failed.returncode == 1
    assert "gave up after 1 tries" in failed.stderr
    assert "--name Owner --type Keyword" in failed.stderr


async def _retention(temporal: WorkflowEnvironment, namespace: str) -> timedelta:
    found = await temporal.client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=namespace)
    )
    return found.config.workflow_execution_retention_ttl.ToTimedelta()


async def _attributes(temporal: WorkflowEnvironment, namespace: str) -> dict[str, str]:
    found = await temporal.client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=namespace)
    )
    return {
        name: IndexedValueType.Name(kind).removeprefix("INDEXED_VALUE_TYPE_")
        for name, kind in found.custom_attributes.items()
    }
