"""The command that approves the time of a week."""

from activities.time_approval import TimeApproval
from application.command_log import CommandLog, new_command
from domain.actor import Actor
from domain.command import CommandName
from domain.ids import DealId
from domain.refusal import Refusal
from domain.time_record import TimeState
from domain.timesheet import Week
from ports.timesheets import Timesheets


class TimeCommands:
    """Commands about time. Each returns a sentence for the actor or raises Refusal."""

    def __init__(self, timesheets: Timesheets, approval: TimeApproval, log: CommandLog) -> None:
        self._timesheets = timesheets
        self._approval = approval
        self._log = log

    async def approve(self, actor: Actor, deal: DealId, week: Week, reason: str = "") -> str:
        """Round and price all time of the week that waits for approval, all of it or none."""
        command = new_command(CommandName.APPROVE_TIME, actor, deal, reason=reason)
        async with self._log.recording_failures(command):
            found = await self._timesheets.of_deal(deal, week.first, week.last)
            waiting = [each for each in found if each.open and each.open.state is TimeState.BOOKED]
            if not waiting:
                raise Refusal(
                    f"no time of {deal} in {week} waits for approval:"
                    f" `cashward time list {deal} --unapproved` shows what does"
                )
            answer = f"time entries approved in {week}: {len(waiting)}"
            command = command.model_copy(update={"answer": answer})
            await self._approval.approve(deal, waiting, command)
        return answer
