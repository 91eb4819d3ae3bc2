"""BottleCRM, a CRM."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from connectors.bottlecrm.client import SYSTEM, open_client
from connectors.bottlecrm.crm import BottlecrmCrm
from connectors.bottlecrm.records import BottlecrmRevenue
from connectors.bottlecrm.settings import BottlecrmSettings
from connectors.common import Connector, References, Roles

__all__ = ["BottlecrmCrm", "BottlecrmSettings", "connector", "open_bottlecrm"]


@asynccontextmanager
async def open_bottlecrm(
    settings: BottlecrmSettings, references: References
) -> AsyncIterator[Roles]:
    async with open_client(settings, references) as client:
        crm = BottlecrmCrm(client)
        yield Roles(
            crm=crm,
            crm_revenue=BottlecrmRevenue(client),
            other_installations=crm.other_installations,
        )


connector = Connector(SYSTEM, BottlecrmSettings, open_bottlecrm)
