"""One poll a system: finds what no webhook told, and rings the runs it concerns."""

from temporalio import workflow

from activities.polls import CrmPoll, ErpPoll, PmPoll, PollResult
from workflows.steps import poll


@workflow.defn(name="crm-delta")
class CrmDelta:
    """Won deals."""

    @workflow.run
    async def run(self) -> PollResult:
        return await poll(CrmPoll.delta, "crm", "Look for won deals")


@workflow.defn(name="pm-delta")
class PmDelta:
    """Reached milestones."""

    @workflow.run
    async def run(self) -> PollResult:
        return await poll(PmPoll.delta, "pm", "Look for reached milestones")


@workflow.defn(name="erp-delta")
class ErpDelta:
    """Payments, credits and edits of invoices."""

    @workflow.run
    async def run(self) -> PollResult:
        return await poll(ErpPoll.delta, "erp", "Look for payments")
