"""Every port, in memory: for tests, and for a first look without any account."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from connectors.common import Connector, References, Roles
from connectors.memory.crm import MemoryCrm
from connectors.memory.erp import MemoryCustomers, MemoryInvoicing
from connectors.memory.pm import MemoryPm
from connectors.memory.records import CrmRecords, CrmRevenue, ErpRecords, PmRecords
from connectors.memory.settings import MemorySettings
from connectors.memory.world import SYSTEM, Fault, MemoryWorld

__all__ = ["Fault", "MemorySettings", "MemoryWorld", "connector", "open_memory"]


@asynccontextmanager
async def open_memory(settings: MemorySettings, references: References) -> AsyncIterator[Roles]:
    world = settings.world
    crm = MemoryCrm(world, references)
    yield Roles(
        crm=crm,
        other_installations=crm.other_installations,
        pm=MemoryPm(world, references),
        customers=MemoryCustomers(world, references),
        invoicing=MemoryInvoicing(world, references),
        crm_records=CrmRecords(world, references),
        crm_revenue=CrmRevenue(world, references),
        pm_records=PmRecords(world, references),
        erp_records=ErpRecords(world, references),
    )


connector = Connector(SYSTEM, MemorySettings, open_memory)
