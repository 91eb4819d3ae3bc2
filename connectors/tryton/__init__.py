"""Tryton 8, an ERP: the customers and the invoices of one company."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from connectors.common import Connector, References, Roles
from connectors.tryton.client import SYSTEM, open_client
from connectors.tryton.erp import TrytonCustomers, TrytonInvoicing
from connectors.tryton.records import TrytonRecords
from connectors.tryton.settings import TrytonSettings

__all__ = ["TrytonCustomers", "TrytonInvoicing", "TrytonSettings", "connector", "open_tryton"]


@asynccontextmanager
async def open_tryton(settings: TrytonSettings, references: References) -> AsyncIterator[Roles]:
    """Open both roles of the ERP over one session."""
    async with open_client(settings, references) as client:
        invoicing = TrytonInvoicing(client)
        yield Roles(
            customers=TrytonCustomers(client),
            invoicing=invoicing,
            erp_records=TrytonRecords(client),
            other_installations=invoicing.other_installations,
        )


connector = Connector(SYSTEM, TrytonSettings, open_tryton)
