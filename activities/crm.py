"""Steps in the CRM."""

from datetime import timedelta

from temporalio import activity

from activities.effects import Effects
from domain.attention import Attention
from domain.deal import Deal
from domain.ids import DealId, Subject
from domain.owner_task import OwnerTask
from domain.responsibility import Party
from domain.write_back import WriteBack
from ports.crm import Crm


class CrmActivities:
    """Reads deals and writes to their records what became of them."""

    def __init__(self, crm: Crm, effects: Effects) -> None:
        self._crm = crm
        self._effects = effects

    @activity.defn(name="crm.read_deal")
    async def read_deal(self, deal: DealId) -> Deal:
        return await self._crm.read_deal(deal)

    @activity.defn(name="crm.write_back")
    async def write_back(self, command: WriteBack) -> None:
        await self._effects.execute(self._crm.write_back, command)

    @activity.defn(name="crm.ask_owner")
    async def ask_owner(self, attention: Attention) -> None:
        """Give the deal's owner a task that says what a run waits for."""
        await self._effects.execute(self._crm.owner_task, task_for(attention))

    @activity.defn(name="crm.close_task")
    async def close_task(self, attention: Attention) -> None:
        """Close the task: the run waits no longer, whoever settled it."""
        task = task_for(attention)
        await self._effects.undo(self._crm.owner_task, task, reason="the run waits no longer")

    @activity.defn(name="crm.undo_write_back")
    async def undo_write_back(self, command: WriteBack) -> None:
        await self._effects.undo(self._crm.write_back, command, reason="the deal was cancelled")


def task_for(attention: Attention) -> OwnerTask:
    """Return the one task of an attention; `since` tells attentions of one run apart."""
    run = attention.workflow.replace(f":{attention.deal}", "")
    moment = f"{attention.since:%Y%m%dT%H%M%S%f}"
    theirs = [finding for finding in attention.findings if finding.responsible is Party.DEAL_OWNER]
    needed = [f"- {finding.field}: {finding.problem}" for finding in theirs] or [attention.why]
    return OwnerTask(
        subject=Subject(f"{attention.deal}:ask:{run}:{attention.key}:{moment}"),
        deal=attention.deal,
        title=f"Cashward waits for you: {attention.what}",
        body="\n".join([*needed, "", "Mend it on the deal. This task closes by itself."]),
        due=attention.since.date() + timedelta(days=1),
    )
