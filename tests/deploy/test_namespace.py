import os
import subprocess
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.testing import WorkflowEnvironment

Run = Callable[..., subprocess.CompletedProcess[str]]
DEALS = {
    "DealStage": "KEYWORD",
    "DealValue": "DOUBLE",
    "Customer": "KEYWORD",
    "ProjectKey": "KEYWORD",
    "NeedsAttention": "BOOL",
    "Owner": "KEYWORD",
}


@pytest.fixture(scope="module")
async def server(tool: Callable[[str], str]) -> AsyncIterator[WorkflowEnvironment]:
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=tool("temporal"), dev_server_log_level="error"
    ) as environment:
        yield environment


@pytest.fixture(scope="module")
def job(server: WorkflowEnvironment, tool: Callable[[str], str], root: Path) -> Run:
    def run(namespace: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", root / "deploy/temporal/namespace.sh"],
            env={
                "PATH": f"{Path(tool('temporal')).parent}{os.pathsep}{os.defpath}",
                "HOME": "/nonexistent",
                "TEMPORAL_ADDRESS": server.client.service_client.config.target_host,
                "TEMPORAL_NAMESPACE": namespace,
                **variables,
            },
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


async def test_an_empty_server_learns_the_namespace_and_what_to_search_for(
    server: WorkflowEnvironment, job: Run
) -> None:
    done = job("fresh")
    assert done.returncode == 0, done.stderr
    assert await _retention(server, "fresh") == timedelta(days=30)
    assert await _attributes(server, "fresh") == DEALS


async def test_a_second_start_repeats_it_without_harm_and_takes_a_new_retention(
    server: WorkflowEnvironment, job: Run
) -> None:
    assert job("again").returncode == 0
    assert job("again", RETENTION="45d").returncode == 0
    assert await _retention(server, "again") == timedelta(days=45)
    assert await _attributes(server, "again") == DEALS


async def test_a_name_taken_by_another_type_fails_the_job_and_says_which(
    server: WorkflowEnvironment, job: Run, tool: Callable[[str], str]
) -> None:
    assert job("taken").returncode == 0
    address = server.client.service_client.config.target_host
    attribute = [tool("temporal"), "--address", address, "-n", "taken"]
    attribute += ["operator", "search-attribute"]
    subprocess.run([*attribute, "remove", "--name", "Owner", "--yes"], check=True)
    subprocess.run([*attribute, "create", "--name", "Owner", "--type", "Int"], check=True)
    failed = job("taken", TRIES="1")
    assert failed.returncode == 1
    assert "gave up after 1 tries" in failed.stderr
    assert "--name Owner --type Keyword" in failed.stderr


async def _retention(server: WorkflowEnvironment, namespace: str) -> timedelta:
    found = await server.client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=namespace)
    )
    return found.config.workflow_execution_retention_ttl.ToTimedelta()


async def _attributes(server: WorkflowEnvironment, namespace: str) -> dict[str, str]:
    found = await server.client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=namespace)
    )
    return {
        name: IndexedValueType.Name(kind).removeprefix("INDEXED_VALUE_TYPE_")
        for name, kind in found.custom_attributes.items()
    }
