"""Redmine, a project management system, version 5.0 or later."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from connectors.common import Connector, References, Roles
from connectors.redmine.client import SYSTEM, open_client
from connectors.redmine.pm import RedminePm
from connectors.redmine.records import RedmineRecords
from connectors.redmine.settings import RedmineSettings

__all__ = ["RedminePm", "RedmineSettings", "connector", "open_redmine"]


@asynccontextmanager
async def open_redmine(settings: RedmineSettings, references: References) -> AsyncIterator[Roles]:
    async with open_client(settings, references) as client:
        pm = RedminePm(client)
        yield Roles(
            pm=pm, pm_records=RedmineRecords(client), other_installations=pm.other_installations
        )


connector = Connector(SYSTEM, RedmineSettings, open_redmine)
