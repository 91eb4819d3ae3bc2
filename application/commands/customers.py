"""The command that takes a customer's tie back."""

from application.command_log import Clock, CommandLog, new_command
from domain.actor import Actor
from domain.command import CommandName
from domain.customer import TIE
from domain.ids import DealId
from domain.refusal import Refusal
from ports.links import LinkStore


class CustomerCommands:
    """Commands about customers. Each returns a sentence for the actor or raises Refusal."""

    def __init__(self, links: LinkStore, log: CommandLog, clock: Clock) -> None:
        self._links = links
        self._log = log
        self._clock = clock

    async def untie(self, actor: Actor, key: str, reason: str) -> str:
        """Forget which customer of the ERP this key means: the next deal is matched anew.

        Deals that are handed off keep their customer.
        """
        ties = await self._links.of_key(TIE, key)
        deal = ties[0].deal if ties else DealId("")
        command = new_command(CommandName.UNTIE_CUSTOMER, actor, deal, reason=reason)
        async with self._log.recording_failures(command):
            if not ties:
                raise Refusal(f"no customer is tied to {key}: `cashward customer list` shows them")
            for tie in ties:
                await self._links.remove(tie, command, now=self._clock())
        return f"{key} is tied to no customer: the next deal of it is matched anew"
