"""Computes what a deal costs in Temporal: events, bytes, and billed actions."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from domain.ids import DealId
from workflows import workflow_ids

_EACH: Final = {
    EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED: 2,  # its own start included
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: 1,
    EventType.EVENT_TYPE_TIMER_STARTED: 1,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: 1,  # counted where it arrives
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED: 1,
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: 1,
    EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED: 1,
}


@dataclass(frozen=True, kw_only=True)
class Cost:
    """The cost of one run, or of many together."""

    runs: int = 0
    events: int = 0
    bytes: int = 0
    actions: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            runs=self.runs + other.runs,
            events=self.events + other.events,
            bytes=self.bytes + other.bytes,
            actions=self.actions + other.actions,
        )


async def cost_of_deal(client: Client, deal: DealId) -> Cost:
    """Return the cost of the deal's run, its children, and all that they continued as."""
    total = Cost()
    waiting = [workflow_ids.deal_run(deal)]
    seen = set(waiting)
    while waiting:
        async for events in _chain(client, waiting.pop()):
            total += cost_of(events)
            children = [child for child in _children(events) if child not in seen]
            seen.update(children)
            waiting += children
    return total


def cost_of(events: Sequence[HistoryEvent]) -> Cost:
    """Return the cost of one history; it contains no polls and queries."""
    return Cost(
        runs=1,
        events=len(events),
        bytes=sum(event.ByteSize() for event in events),
        actions=_actions(events),
    )


async def _chain(client: Client, workflow: str) -> AsyncIterator[Sequence[HistoryEvent]]:
    """Return the histories of a run, from the latest back to the first."""
    run: str | None = None
    while run != "":
        handle = client.get_workflow_handle(workflow, run_id=run)
        events = (await handle.fetch_history()).events
        yield events
        run = events[0].workflow_execution_started_event_attributes.continued_execution_run_id


def _children(events: Iterable[HistoryEvent]) -> list[str]:
    kind = EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED
    return [
        e.child_workflow_execution_started_event_attributes.workflow_execution.workflow_id
        for e in events
        if e.event_type == kind
    ]


def _actions(events: Sequence[HistoryEvent]) -> int:
    counted = Counter(event.event_type for event in events)
    return (
        sum(counted[kind] * price for kind, price in _EACH.items())
        + _start(events)
        + _tries(events)
        + _tasks_with_local_steps(events)
    )


def _start(events: Sequence[HistoryEvent]) -> int:
    """Return 1 for a start with its signal; 0 for a child, which is counted at its parent."""
    began = events[0].workflow_execution_started_event_attributes
    if began.continued_execution_run_id or began.parent_workflow_execution.workflow_id:
        return 0
    second = events[1].event_type if len(events) > 1 else None
    return 0 if second == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED else 1


def _tries(events: Iterable[HistoryEvent]) -> int:
    """Count every attempt of every step by the number of its last attempt."""
    kind = EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED
    return sum(
        e.activity_task_started_event_attributes.attempt for e in events if e.event_type == kind
    )


def _tasks_with_local_steps(events: Iterable[HistoryEvent]) -> int:
    """Count the workflow tasks with local steps, which are billed once per task."""
    kind = EventType.EVENT_TYPE_MARKER_RECORDED
    markers = (e.marker_recorded_event_attributes for e in events if e.event_type == kind)
    local = (m for m in markers if m.marker_name == "core_local_activity")
    return len({marker.workflow_task_completed_event_id for marker in local})
