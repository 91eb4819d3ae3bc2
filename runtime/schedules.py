"""The polls, one schedule a system: no run overlaps the last, and none is made up for."""

from datetime import timedelta
from typing import Any, Final

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from workflows.polling import CrmDelta, ErpDelta, PmDelta

POLLS: Final[dict[str, Any]] = {
    "crm-delta": CrmDelta.run,
    "pm-delta": PmDelta.run,
    "erp-delta": ErpDelta.run,
}


async def ensure_schedules(client: Client, *, task_queue: str, every: timedelta) -> None:
    """Create the polls, or bring them to this interval."""
    for name, run in POLLS.items():
        wanted = _schedule(name, run, task_queue, every)
        try:
            await client.create_schedule(name, wanted, trigger_immediately=True)
        except ScheduleAlreadyRunningError:
            await client.get_schedule_handle(name).update(_replacing(wanted))


def _replacing(wanted: Schedule) -> Any:  # noqa: ANN401 - a callable of the SDK's making
    def update(_: ScheduleUpdateInput) -> ScheduleUpdate:
        return ScheduleUpdate(schedule=wanted)

    return update


def _schedule(name: str, run: Any, task_queue: str, every: timedelta) -> Schedule:  # noqa: ANN401
    return Schedule(
        action=ScheduleActionStartWorkflow(
            run, id=name, task_queue=task_queue, static_summary=f"Poll, every {every}"
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        policy=SchedulePolicy(
            overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(seconds=10)
        ),
    )
