"""The command that lets a parked run go on: retry, skip, amend or abort."""

from application.command_log import CommandLog, new_command
from application.errors import RunNotFound
from application.runs import Runs
from domain.actor import Actor
from domain.attention import Action, Decision
from domain.command import CommandName
from domain.refusal import Refusal
from workflows import workflow_ids
from workflows.attention import WithAttention


class DecisionCommands:
    """Passes decisions to a parked run, which checks and records them."""

    def __init__(self, runs: Runs, log: CommandLog) -> None:
        self._runs = runs
        self._log = log

    async def decide(  # noqa: PLR0913 - the parts of a decision, by name
        self,
        actor: Actor,
        run: str,
        action: Action,
        *,
        key: str = "",
        reason: str = "",
        choice: str = "",
    ) -> str:
        """Decide about a parked run. `key` names one of several attentions, `choice` amends."""
        deal = workflow_ids.deal_of(run)
        command = new_command(CommandName.DECIDE, actor, deal, reason=reason, workflow=run)
        decision = Decision(action=action, by=actor, key=key, reason=reason, choice=choice)
        async with self._log.recording_failures(command):
            try:
                return await self._runs.update(run, WithAttention.decide, decision, id=command.id)
            except RunNotFound as absent:
                raise Refusal(
                    f"no run {run} waits for a decision: `cashward attention list` shows what does"
                ) from absent
