"""The command that puts the effect ledger in doubt, after a restore."""

from datetime import datetime

from application.command_log import Clock, CommandLog, new_command
from domain.actor import Actor
from domain.command import CommandName
from domain.ids import DealId
from domain.refusal import Refusal
from ports.effect_ledger import LedgerEpochs

_EVERY_DEAL = DealId("")


class LedgerCommands:
    """Commands about the effect ledger. Each returns a sentence for the actor or raises Refusal."""

    def __init__(self, epochs: LedgerEpochs, log: CommandLog, clock: Clock) -> None:
        self._epochs = epochs
        self._log = log
        self._clock = clock

    async def raise_epoch(self, actor: Actor, since: datetime, reason: str) -> str:
        """Look up every effect that was settled since then, before it is believed again."""
        command = new_command(CommandName.RAISE_EPOCH, actor, _EVERY_DEAL, reason=reason)
        async with self._log.recording_failures(command):
            if since > self._clock():
                raise Refusal(f"{since:%Y-%m-%d %H:%M} UTC is yet to come: say the moment in UTC")
            number = await self._epochs.raise_epoch(command, since)
        return (
            f"epoch {number}: what was settled since {since:%Y-%m-%d %H:%M:%S} UTC is looked up in"
            " its system before it is believed"
        )
