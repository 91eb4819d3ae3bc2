"""Polls each system in one long-lived run: one activity after the other, each for an hour."""

from enum import StrEnum

from temporalio import workflow

from activities.polls import CrmPoll, ErpPoll, PmPoll, TimePoll
from workflows.steps import poll


class PolledSystem(StrEnum):
    """The systems that we poll; the PM's time has a poll of its own, which needs fewer rounds."""

    CRM = "crm"
    PM = "pm"
    ERP = "erp"
    TIME = "time"


@workflow.defn(name="poll")
class Poll:
    """Finds what no webhook reported, for as long as Cashward runs."""

    @workflow.run
    async def run(self, system: PolledSystem) -> None:
        while not workflow.info().is_continue_as_new_suggested():
            await _poll(system)
        workflow.continue_as_new(system)


async def _poll(system: PolledSystem) -> None:
    match system:
        case PolledSystem.CRM:
            await poll(CrmPoll.poll, "Look for won deals")
        case PolledSystem.PM:
            await poll(PmPoll.poll, "Look for reached milestones")
        case PolledSystem.ERP:
            await poll(ErpPoll.poll, "Look for payments")
        case PolledSystem.TIME:
            await poll(TimePoll.poll, "Look for time booked, edited or deleted")
