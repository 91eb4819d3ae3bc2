"""The local stack answers, keeps its data, and survives the killing of its programs."""

import asyncio
import os
import signal
from pathlib import Path

import httpx
import psycopg
import pytest
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client, WorkflowExecutionStatus

from testbed.certificates import authorities
from testbed.stack.errors import Died, Taken
from testbed.stack.processes import running
from testbed.stack.stack import Stack, local_stack


async def sql(stack: Stack, statement: str) -> list[tuple[object, ...]]:
    url = stack.database_url.replace("+psycopg", "")
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        cursor = await connection.execute(statement.encode())
        return await cursor.fetchall() if cursor.description else []


async def begin_deal(stack: Stack, id: str) -> None:
    client = await Client.connect(stack.temporal_address, namespace=stack.namespace)
    await client.start_workflow("deal-to-cash", id=id, task_queue="nobody")


async def status_of(stack: Stack, id: str) -> WorkflowExecutionStatus | None:
    client = await Client.connect(stack.temporal_address, namespace=stack.namespace)
    return (await client.get_workflow_handle(id).describe()).status


async def test_the_database_is_durable_and_asks_for_a_password(stack: Stack) -> None:
    assert await sql(stack, "SHOW fsync") == [("on",)]
    assert await sql(stack, "SHOW synchronous_commit") == [("on",)]
    with pytest.raises(psycopg.OperationalError, match="password"):
        await psycopg.AsyncConnection.connect(
            stack.database_url.replace("+psycopg", "").replace("@", "wrong@")
        )


async def test_the_link_to_the_ui_works(stack: Stack) -> None:
    async with httpx.AsyncClient(verify=authorities()) as browser:
        page = await browser.get(f"{stack.temporal_ui_url}/namespaces/{stack.namespace}/workflows")
    assert page.status_code == 200


async def test_a_second_start_finds_the_data_and_the_links_of_the_first(folder: Path) -> None:
    async with local_stack(folder, sandbox_config=None, workers=0) as first:
        await sql(first, "CREATE TABLE deal AS SELECT 42 AS id")
        await begin_deal(first, "deal:hubspot:42")
        assert await status_of(first, "deal:hubspot:42") == WorkflowExecutionStatus.RUNNING
    async with local_stack(folder, sandbox_config=None, workers=0) as second:
        assert await sql(second, "SELECT id FROM deal") == [(42,)]
        assert await status_of(second, "deal:hubspot:42") == WorkflowExecutionStatus.RUNNING
        assert second.temporal_ui_url == first.temporal_ui_url
        assert second.database_url == first.database_url


async def test_a_killed_database_returns_with_every_committed_row(stack: Stack) -> None:
    await sql(stack, "CREATE TABLE effect AS SELECT * FROM generate_series(1, 1000)")
    await stack.kill("postgres")
    assert await sql(stack, "SELECT count(*) FROM effect") == [(1000,)]


async def test_a_killed_temporal_returns_with_every_deal(stack: Stack) -> None:
    await begin_deal(stack, "deal:hubspot:7")
    await stack.kill("temporal")
    assert await status_of(stack, "deal:hubspot:7") == WorkflowExecutionStatus.RUNNING


async def test_a_program_that_ends_by_itself_is_reported_with_its_log(folder: Path) -> None:
    async with local_stack(folder, sandbox_config=None, workers=0) as stack:
        os.kill(stack.programs["postgres"].pid, signal.SIGINT)
        with pytest.raises(Died, match=r"(?s)postgres ended with status 0.*shut down"):
            await stack.watch()


async def test_a_folder_serves_one_stack_at_a_time(stack: Stack) -> None:
    with pytest.raises(Taken, match=r"in use by process \d+"):
        async with local_stack(stack.supervisor.state.folder, sandbox_config=None, workers=0):
            pass
    assert all(running(pid) for pid in stack.pids.values())


async def test_only_the_owner_can_read_the_password(stack: Stack) -> None:
    secret = stack.supervisor.state.folder / "postgres.secret"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert secret.read_text() in stack.database_url
    assert secret.read_text() in stack.worker_database_url


async def test_workers_get_the_address_of_everything(stack: Stack) -> None:
    assert stack.environment == stack.extra | {
        "CASHWARD_TEMPORAL__ADDRESS": stack.temporal_address,
        "CASHWARD_TEMPORAL__NAMESPACE": stack.namespace,
        "CASHWARD_TEMPORAL__UI": stack.temporal_ui_url,
        "CASHWARD_DATABASE__URL": stack.worker_database_url,
    }


async def test_a_killed_worker_polls_again(stack: Stack) -> None:
    worker = await stack.add_worker()
    killed = stack.pids[worker]
    await polled_by(stack, killed)
    await stack.kill_worker(worker)
    assert stack.pids[worker] != killed
    await polled_by(stack, stack.pids[worker])


async def test_the_vendors_keep_their_addresses_when_killed(stack: Stack) -> None:
    before = dict(stack.sandbox_urls)
    await stack.kill("sandbox")
    async with httpx.AsyncClient(verify=authorities()) as client:
        for url in before.values():
            assert (await client.get(f"{url}/_sandbox/health")).status_code == 200


async def polled_by(stack: Stack, pid: int) -> None:
    """Wait until this process asks Temporal for work."""
    service = await Client.connect(stack.temporal_address, namespace=stack.namespace)
    asked = DescribeTaskQueueRequest(
        namespace=stack.namespace,
        task_queue=TaskQueue(name="cashward"),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    async with asyncio.timeout(30):
        while True:
            queue = await service.workflow_service.describe_task_queue(asked)
            if any(poller.identity.startswith(f"{pid}@") for poller in queue.pollers):
                return
            await asyncio.sleep(0.1)
