"""Deals that an earlier version began go on with today's code: their histories replay clean."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from domain.ids import DealId
from runtime.plugin import CashwardPlugin
from runtime.workers import WORKFLOWS
from workflows import workflow_ids

HISTORIES = sorted(Path(__file__).with_name("histories").glob("*.json"))


@pytest.mark.parametrize("history", HISTORIES, ids=lambda path: path.stem)
async def test_a_deal_that_began_before_goes_on_as_it_began(history: Path) -> None:
    run = workflow_ids.deal_run(DealId(f"memory:{history.stem}"))
    recorded = WorkflowHistory.from_json(run, history.read_text())
    replayer = Replayer(workflows=WORKFLOWS, plugins=[CashwardPlugin()])
    replayed = await replayer.replay_workflow(recorded, raise_on_replay_failure=False)
    assert replayed.replay_failure is None
