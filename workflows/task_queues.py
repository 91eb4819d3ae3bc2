"""Task queues: one for workflows, and one per connected system for its activities."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from activities.crm import CrmActivities
from activities.erp import CustomerActivities, InvoiceActivities
from activities.pm import PmActivities
from activities.polls import CrmPoll, ErpPoll, PmPoll, TimePoll
from activities.scheduled_reconciliation import (
    CrmReconciliation,
    ErpReconciliation,
    PmReconciliation,
)


class SystemQueue(StrEnum):
    """The part of a task queue's name that names the system its activities call."""

    CRM = "crm"
    PM = "pm"
    ERP = "erp"

    def under(self, workflow_queue: str) -> str:
        """Return the full name, such as `cashward-erp`."""
        return f"{workflow_queue}-{self}"


ACTIVITIES: Final[Mapping[SystemQueue, tuple[type, ...]]] = {
    SystemQueue.CRM: (CrmActivities, CrmPoll, CrmReconciliation),
    SystemQueue.PM: (PmActivities, PmPoll, TimePoll, PmReconciliation),
    SystemQueue.ERP: (CustomerActivities, InvoiceActivities, ErpPoll, ErpReconciliation),
}
"""Which activity classes each queue serves. Running deals rely on it."""

_QUEUE_OF: Final = {
    method: queue
    for queue, classes in ACTIVITIES.items()
    for each in classes
    for method in vars(each).values()
    if hasattr(method, "__temporal_activity_definition")
}


_NAME_OF: Final = {method: str(method.__name__) for method in _QUEUE_OF}


def name_of(activity: object) -> str:
    """Return the name of an activity's method, such as `issue_invoice`."""
    return _NAME_OF[activity]


def queue_of(activity: object) -> SystemQueue:
    """Return the queue of the system that this activity calls."""
    return _QUEUE_OF[activity]
