"""Every port, in memory: for tests, and for a first look without any account."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import BaseModel, ConfigDict, Field

from connectors.common import Connector, Roles
from connectors.memory.crm import MemoryCrm
from connectors.memory.erp import MemoryCustomers, MemoryInvoicing
from connectors.memory.pm import MemoryPm
from connectors.memory.world import SYSTEM, MemoryWorld, Outage

__all__ = ["MemorySettings", "MemoryWorld", "Outage", "connector", "open_memory"]


class MemorySettings(BaseModel):
    """A test may hand in a world of its own, to look into it."""

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    world: MemoryWorld = Field(default_factory=MemoryWorld)


@asynccontextmanager
async def open_memory(settings: MemorySettings) -> AsyncIterator[Roles]:
    world = settings.world
    yield Roles(
        crm=MemoryCrm(world),
        pm=MemoryPm(world),
        customers=MemoryCustomers(world),
        invoicing=MemoryInvoicing(world),
    )


connector = Connector(SYSTEM, MemorySettings, open_memory)
