"""Runs of former code continue on the present code: replay makes the same decisions."""

import re

import pytest
from temporalio import workflow
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from activities.erp import InvoiceActivities as Invoices
from domain.repair import RepairRequest
from runtime.plugin import CashwardPlugin
from runtime.workers import WORKFLOWS
from tests.temporal import name_of
from tests.workflows import golden
from workflows.steps import step
from workflows.task_queues import ACTIVITIES


@pytest.mark.parametrize("name", golden.names())
async def test_a_kept_history_replays(name: str) -> None:
    replayer = Replayer(workflows=WORKFLOWS, plugins=[CashwardPlugin()])
    await replayer.replay_workflow(golden.read(name))


@pytest.mark.parametrize("name", golden.names())
def test_a_kept_history_names_no_machine(name: str) -> None:
    text = re.sub(r"@[\w.]*example", "", golden.text_of(name))
    for word in ("stackTrace", "site-packages", "identity", "@"):
        assert word not in text, word


def test_every_workflow_type_has_a_history() -> None:
    kept = {golden.type_of(golden.read(name)) for name in golden.names()}
    assert kept == {name_of(run) for run in WORKFLOWS}


def test_every_activity_signal_and_update_is_in_a_history() -> None:
    kept = {golden.name_in(event) for name in golden.names() for event in golden.read(name).events}
    assert _names_of_activities() | _names_of_handlers() <= kept


def _names_of_activities() -> set[str]:
    """Return the names of activities with an event; a local one has a marker without a name."""
    methods = (
        m for classes in ACTIVITIES.values() for each in classes for m in vars(each).values()
    )
    found = (getattr(method, "__temporal_activity_definition", None) for method in methods)
    return {definition.name for definition in found if definition}


def _names_of_handlers() -> set[str]:
    definitions = [workflow._Definition.must_from_class(run) for run in WORKFLOWS]
    return {str(name) for each in definitions for name in (*each.signals, *each.updates)}


async def test_a_run_that_decides_otherwise_is_found() -> None:
    history = golden.read("paid.revenue-write-back.1")
    replayer = Replayer(workflows=[ReadsTwice], plugins=[CashwardPlugin()])
    with pytest.raises(NondeterminismError):
        await replayer.replay_workflow(history)


@workflow.defn(name="revenue-write-back")
class ReadsTwice:
    """The write-back with an additional step and without a patch."""

    @workflow.run
    async def run(self, request: RepairRequest) -> None:
        for _ in range(2):
            await step(Invoices.read_revenue, request, "Read the deal's invoices in the ERP")
