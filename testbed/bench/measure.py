"""Takes the shape of a deal from its histories."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from domain.ids import DealId
from testbed.bench.shapes import Shape
from workflows import workflow_ids

_STEP: Final = EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
_NOTE: Final = "core_local_activity"  # a patch leaves a marker too
_MARK: Final = EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES
_HEARD: Final = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
_WRITTEN: Final = EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED
_CHILD: Final = EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED
_IN_TURN: Final = 2  # handoff and kickoff; bills run side by side


async def middle_shape(client: Client, deals: Iterable[DealId]) -> Shape:
    """Count what a deal's run and its children did, for the median deal.

    Deals differ: one that pauses between two payments writes each to the CRM.
    """
    shapes = [await _shape(client, workflow_ids.deal_run(deal)) for deal in deals]
    return sorted(shapes, key=lambda shape: shape.size)[len(shapes) // 2]


async def _shape(client: Client, run: str) -> Shape:
    events = (await client.get_workflow_handle(run).fetch_history()).events
    counted = Counter(event.event_type for event in events)
    children = [
        await _shape(
            client,
            event.child_workflow_execution_started_event_attributes.workflow_execution.workflow_id,
        )
        for event in events
        if event.event_type == _CHILD
    ]
    return Shape(
        steps=counted[_STEP],
        notes=sum(event.marker_recorded_event_attributes.marker_name == _NOTE for event in events),
        marks=counted[_MARK],
        rings=counted[_HEARD] - sum(child.tells for child in children),
        tells=counted[_WRITTEN],
        in_turn=tuple(children[:_IN_TURN]),
        side_by_side=tuple(children[_IN_TURN:]),
    )
