"""Jira Cloud, a project management system."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from connectors.common import Connector, References, Roles
from connectors.jira.client import SYSTEM, open_client
from connectors.jira.pm import JiraPm
from connectors.jira.records import JiraRecords
from connectors.jira.settings import JiraSettings

__all__ = ["JiraPm", "JiraSettings", "connector", "open_jira"]


@asynccontextmanager
async def open_jira(settings: JiraSettings, references: References) -> AsyncIterator[Roles]:
    async with open_client(settings, references) as client:
        pm = JiraPm(client)
        yield Roles(
            pm=pm, pm_records=JiraRecords(client), other_installations=pm.other_installations
        )


connector = Connector(SYSTEM, JiraSettings, open_jira)
