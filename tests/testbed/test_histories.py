from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from testbed.histories import Cost, cost_of


def event(name: str) -> HistoryEvent:
    return HistoryEvent(event_type=EventType.Value(f"EVENT_TYPE_{name}"))


def started(*, parent: str = "", continued: str = "") -> HistoryEvent:
    begun = event("WORKFLOW_EXECUTION_STARTED")
    begun.workflow_execution_started_event_attributes.continued_execution_run_id = continued
    if parent:
        began = begun.workflow_execution_started_event_attributes
        began.parent_workflow_execution.workflow_id = parent
    return begun


def tried(attempt: int) -> HistoryEvent:
    found = event("ACTIVITY_TASK_STARTED")
    found.activity_task_started_event_attributes.attempt = attempt
    return found


def marker(task: int) -> HistoryEvent:
    found = event("MARKER_RECORDED")
    found.marker_recorded_event_attributes.marker_name = "core_local_activity"
    found.marker_recorded_event_attributes.workflow_task_completed_event_id = task
    return found


def actions(*events: HistoryEvent) -> int:
    return cost_of(events).actions


def test_a_start_and_the_signal_it_came_with_are_one_action() -> None:
    signal = event("WORKFLOW_EXECUTION_SIGNALED")
    task = event("WORKFLOW_TASK_SCHEDULED")
    assert actions(started()) == 1
    assert actions(started(), signal) == 1
    assert actions(started(), task, signal) == 2


def test_a_child_is_paid_for_by_its_parent_and_not_again() -> None:
    child = event("START_CHILD_WORKFLOW_EXECUTION_INITIATED")
    assert actions(started(), child) == 3
    assert actions(started(parent="deal:hubspot:1")) == 0


def test_every_retry_of_a_step_costs_one_more() -> None:
    assert actions(started(), tried(1), tried(3)) == 1 + 1 + 3


def test_local_steps_cost_one_for_each_task_that_ran_them() -> None:
    assert actions(started(), marker(4), marker(4), marker(9)) == 1 + 2


def test_continuing_as_new_costs_one_and_the_new_run_nothing() -> None:
    assert actions(started(), event("WORKFLOW_EXECUTION_CONTINUED_AS_NEW")) == 2
    assert actions(started(continued="the run before")) == 0


def test_costs_add_up() -> None:
    one = cost_of([started(), event("TIMER_STARTED")])
    assert one + one == Cost(runs=2, events=4, bytes=2 * one.bytes, actions=4)
    assert one.bytes > 0
