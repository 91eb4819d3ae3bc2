"""What the audit trail says of a command."""

from domain.command import CommandName
from domain.ids import DealId
from ports.audit_trail import AuditEntry
from tests.world import World, until_awaited


async def entries_of(world: World, deal: DealId, command: CommandName) -> list[AuditEntry]:
    """The entries of one command of a deal, once there are some."""

    async def written() -> list[AuditEntry]:
        found = await world.application.queries.audit_trail(deal)
        return [entry for entry in found if entry.command == command]

    entries: list[AuditEntry] = await until_awaited(written)
    return entries


async def entry_of(world: World, deal: DealId, command: CommandName) -> AuditEntry:
    """The only entry of this command."""
    [entry] = await entries_of(world, deal, command)
    return entry
