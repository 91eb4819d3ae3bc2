"""The command that imports a rate card."""

from application.command_log import Clock, CommandLog, new_command
from application.rate_file import read_rates
from domain.actor import Actor
from domain.command import CommandName
from domain.ids import DealId
from ports.rate_cards import RateCards

_EVERY_DEAL = DealId("")


class RateCommands:
    """Commands about rates. Each returns a sentence for the actor or raises Refusal."""

    def __init__(self, rate_cards: RateCards, log: CommandLog, clock: Clock) -> None:
        self._rate_cards = rate_cards
        self._log = log
        self._clock = clock

    async def import_card(self, actor: Actor, text: str, reason: str = "") -> str:
        """Let the rates of a CSV file be the rate card. What was approved keeps its price."""
        command = new_command(CommandName.IMPORT_RATES, actor, _EVERY_DEAL, reason=reason)
        async with self._log.recording_failures(command):
            card = read_rates(text)
            revision = await self._rate_cards.add(card, command, now=self._clock())
        return f"rates in revision {revision} of the rate card: {len(card.rates)}"
