"""How a connection to memory is checked."""

from connectors.memory.world import SYSTEM, MemoryWorld
from ports.probe import Probe


def probe(world: MemoryWorld) -> Probe:
    return world.respond(lambda: Probe(system=SYSTEM, account=SYSTEM, identity="this process"))
