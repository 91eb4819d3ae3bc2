"""Each system has a task queue of its own, whatever file an activity is in."""

from collections.abc import Callable
from typing import Any

import pytest

from activities.crm import CrmActivities
from activities.erp import CustomerActivities, InvoiceActivities
from activities.pm import PmActivities
from activities.polls import CrmPoll, ErpPoll, PmPoll
from workflows.task_queues import queue_of


@pytest.mark.parametrize(
    ("activity", "queue"),
    [
        (CrmActivities.read_deal, "cashward-crm"),
        (CrmPoll.poll, "cashward-crm"),
        (PmActivities.open_project, "cashward-pm"),
        (PmPoll.poll, "cashward-pm"),
        (CustomerActivities.open_customer, "cashward-erp"),
        (InvoiceActivities.issue_invoice, "cashward-erp"),
        (ErpPoll.poll, "cashward-erp"),
    ],
)
def test_an_activity_runs_on_the_queue_of_its_system(
    activity: Callable[..., Any], queue: str
) -> None:
    assert queue_of(activity).under("cashward") == queue
