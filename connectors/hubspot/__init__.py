"""HubSpot, a CRM."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from connectors.common import Connector, References, Roles
from connectors.hubspot.client import SYSTEM, open_client
from connectors.hubspot.crm import HubspotCrm
from connectors.hubspot.records import HubspotRecords
from connectors.hubspot.settings import HubspotSettings

__all__ = ["HubspotCrm", "HubspotSettings", "connector", "open_hubspot"]


@asynccontextmanager
async def open_hubspot(settings: HubspotSettings, references: References) -> AsyncIterator[Roles]:
    async with open_client(settings, references) as client:
        crm = HubspotCrm(client)
        records = HubspotRecords(client)
        yield Roles(
            crm=crm,
            crm_records=records,
            crm_revenue=records,
            other_installations=crm.other_installations,
        )


connector = Connector(SYSTEM, HubspotSettings, open_hubspot)
