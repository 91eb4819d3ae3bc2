"""A whole installation, whose PostgreSQL and Temporal are behind proxies, and how quiet it is."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import make_url
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.client import Client, WorkflowExecution

from cli.context import settings_of
from runtime.composition import open_systems
from runtime.logging import set_up_logging
from runtime.temporal import connect
from store import open_store
from testbed.attack.counts import count_harm
from testbed.attack.evidence import gather_evidence
from testbed.demo.clients import VendorClients, open_clients
from testbed.demo.environment import sandbox_systems
from testbed.demo.reconciliation import read_back
from testbed.demo.story import Sale
from testbed.demo.systems import DemoSystems
from testbed.demo.worker_settings import migrate_database, sandbox_config, worker_environment
from testbed.stack.program import Program
from testbed.stack.stack import PORTS, Stack, local_stack
from testbed.stack.state import State
from testbed.stack.supervisor import python
from testbed.stack.tcp_proxy import TcpProxy, tcp_proxy

_COUNTED: Final = ("issued twice", "credited twice", "work doubled", "not named by our records")
_WITHOUT_END: Final = ("poll:", "reconcile:")
_RUNNING: Final = "ExecutionStatus = 'Running'"
_CLOCKS_DIFFER: Final = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Everything that takes part. Only the workers and our commands go through the proxies."""

    began: datetime
    stack: Stack
    systems: DemoSystems
    clients: VendorClients
    temporal: Client
    proxies: Mapping[str, TcpProxy]

    async def cashward(self, *arguments: str) -> None:
        """Say a command of ours, as an operator does. Raises Died if it ends badly."""
        command = Program(
            supervisor=self.stack.supervisor,
            name=f"cashward-{arguments[0]}",
            argv=python("cli.main", *arguments),
            settings=self.stack.environment,
        )
        await command.run()

    async def runs(self) -> list[WorkflowExecution]:
        """Return the open runs that are to end some day."""
        found = self.temporal.list_workflows(_RUNNING)
        return [run async for run in found if not run.id.startswith(_WITHOUT_END)]

    async def longest_attempt(self) -> float:
        """Return for how many seconds the oldest attempt of a step that runs now has run."""
        now, ages = datetime.now(UTC), [0.0]
        for run in await self.runs():
            handle = self.temporal.get_workflow_handle(run.id, run_id=run.run_id)
            described = await handle.describe()
            ages += [
                (now - each.last_started_time.ToDatetime(UTC)).total_seconds()
                for each in described.raw_description.pending_activities
                if each.state == PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
            ]
        return max(ages)

    async def is_quiet(self, sales: Sequence[Sale]) -> bool:
        """Whether every deal is closed, no run is open, and nothing waits for a person."""
        is_closed = all(sale.is_closed for sale in sales)
        return is_closed and not await self.runs() and not await self.questions()

    async def questions(self) -> list[str]:
        """Return what waits for a person."""
        async with open_store(self.stack.worker_database_url, pool_size=1) as store:
            filed = [each.attention for each in await store.attention_queue.list_open()]
        return [f"{each.workflow}: {each.kind}: {each.what} ({each.why})" for each in filed]

    async def harm(self, sales: Sequence[Sale]) -> dict[str, Sequence[str]]:
        """Count from what the vendors logged and hold, and read the money back."""
        evidence = await gather_evidence(self.clients, self.stack.database_url)
        counted = count_harm(evidence, [])
        read = await read_back(self.systems, sales, self.began - _CLOCKS_DIFFER)
        differ = [line for each in read for line in each.mismatches]
        return {
            **{kind: counted[kind] for kind in _COUNTED},
            "figures that differ": differ,
            "not closed": [sale.deal for sale in sales if not sale.is_closed],
            "waits for a person": await self.questions(),
        }


@asynccontextmanager
async def open_scene(folder: Path, *, workers: int) -> AsyncIterator[Scene]:
    began = datetime.now(UTC)
    ports = State.at(folder).ports(*PORTS)
    async with (
        tcp_proxy("127.0.0.1", ports["postgres"]) as postgres,
        tcp_proxy("127.0.0.1", ports["temporal"]) as temporal,
    ):
        proxies = {"postgres": postgres, "temporal": temporal}
        async with (
            local_stack(
                folder,
                sandbox_config=sandbox_config(limits=False),
                workers=workers,
                environment=partial(_environment, proxies),
                prepare=_prepare,
            ) as stack,
            open_clients(stack.sandbox_urls) as clients,
        ):
            settings = settings_of(stack.environment).temporal
            direct = settings.model_copy(update={"address": stack.temporal_address})
            yield Scene(
                began=began,
                stack=stack,
                systems=sandbox_systems(clients),
                clients=clients,
                temporal=await connect(direct),
                proxies=proxies,
            )


def _environment(proxies: Mapping[str, TcpProxy], stack: Stack) -> Mapping[str, str]:
    """Return a worker's settings, which reach PostgreSQL and Temporal through the proxies."""
    host, port = proxies["postgres"].address
    database = make_url(stack.worker_database_url).set(host=host, port=port)
    host, port = proxies["temporal"].address
    return {
        **worker_environment(stack),
        "CASHWARD_DATABASE__URL": database.render_as_string(hide_password=False),
        "CASHWARD_TEMPORAL__ADDRESS": f"{host}:{port}",
    }


async def _prepare(stack: Stack) -> None:
    """Bring the database to our schema, and create our fields in the CRM."""
    await migrate_database(stack)
    set_up_logging("WARNING")
    async with open_systems(settings_of(stack.environment)) as systems:
        await systems.crm.set_up(dry_run=False)
