"""Xero: the customers and the invoices of one organisation, over the Accounting API 2.0."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from connectors.common import Connector, References, Roles
from connectors.xero.client import SYSTEM, open_client
from connectors.xero.erp import XeroCustomers, XeroInvoicing
from connectors.xero.records import XeroRecords
from connectors.xero.settings import XeroSettings

__all__ = ["XeroCustomers", "XeroInvoicing", "XeroSettings", "connector", "open_xero"]


@asynccontextmanager
async def open_xero(settings: XeroSettings, references: References) -> AsyncIterator[Roles]:
    """Open both roles of the ERP over one connection."""
    async with open_client(settings, references) as client:
        invoicing = XeroInvoicing(client)
        yield Roles(
            customers=XeroCustomers(client),
            invoicing=invoicing,
            erp_records=XeroRecords(client),
            other_installations=invoicing.other_installations,
        )


connector = Connector(SYSTEM, XeroSettings, open_xero)
