"""Without an answer a command ends in time, says what to do, and is recorded as failed."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import Client

from application.command_log import CommandLog
from application.commands.charges import ChargeCommands
from application.errors import TemporalUnavailable, WorkerUnavailable
from application.runs import Runs
from domain.command import CommandName
from domain.deal_snapshot import DealSnapshot
from domain.ids import ChargeId, DealId
from tests.actors import GRACE
from tests.application.trail import entry_of
from tests.world import World
from workflows import workflow_ids
from workflows.deal_to_cash import DealToCash

SOON = timedelta(milliseconds=300)


def log(world: World) -> CommandLog:
    return CommandLog(world.store.audit_trail, lambda: datetime.now(UTC))


async def test_no_worker(world: World) -> None:
    mine = DealId("memory:no-worker")
    run = await world.client.start_workflow(
        DealToCash.run,
        DealSnapshot(deal=mine),
        id=workflow_ids.deal_run(mine),
        task_queue="without-workers",
    )

    async def connect() -> Client:
        return world.client

    charges = ChargeCommands(
        Runs(connect, answer_within=SOON), log(world), world.store.billing_ledger
    )
    with pytest.raises(WorkerUnavailable, match="cashward worker"):
        await charges.hold(GRACE, mine, ChargeId("design"), "it is disputed")
    await run.terminate("nobody carries it")
    failed = await entry_of(world, mine, CommandName.HOLD)
    assert (failed.outcome, failed.actor) == ("failed", GRACE.subject)


async def test_no_temporal(world: World) -> None:
    async def connect() -> Client:
        raise TemporalUnavailable("Temporal does not answer")

    mine = DealId("memory:no-temporal")
    charges = ChargeCommands(Runs(connect), log(world), world.store.billing_ledger)
    with pytest.raises(TemporalUnavailable):
        await charges.approve(GRACE, mine, ChargeId("design"))
    failed = await entry_of(world, mine, CommandName.APPROVE)
    assert (failed.outcome, failed.what["answer"]) == ("failed", "Temporal does not answer")
