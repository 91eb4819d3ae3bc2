"""Two installations bill from one ERP account, for deals of the same ids; they never meet."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import URL

from testbed.attack.deals import AttackedDeal
from testbed.attack.plants import Plant
from testbed.attack.settings import UNLIMITED
from testbed.vendors import serve
from tests.chaos.installation import harm_of, open_installation, prepared
from tests.postgres import fresh_database

DEALS = 2
NAMES = ("east", "west")
COMPANIES = ("Kovo", "Agro")


@dataclass(frozen=True)
class Company:
    """One company's systems: its own CRM and PM, and the ERP that both use."""

    name: str
    beside: str
    urls: dict[str, str]
    database_url: str
    deals: Sequence[AttackedDeal]

    async def carry(self, plant: Plant | None = None) -> set[str]:
        """Carry all deals; return the kinds of harm done to this company."""
        async with open_installation(
            self.urls, self.database_url, name=self.name, plant=plant
        ) as ours:
            outcomes = await ours.carry(self.deals)
        harm = await harm_of(self.urls, self.database_url, outcomes, beside=self.beside)
        return {*harm}


@pytest.fixture
async def companies(postgres: URL, tmp_path: Path) -> AsyncIterator[list[Company]]:
    async with AsyncExitStack() as stack:
        erp = await stack.enter_async_context(serve(tmp_path, config=UNLIMITED, only=["xero"]))
        opened = []
        for name, beside, company in zip(NAMES, reversed(NAMES), COMPANIES, strict=True):
            state = tmp_path / name
            own = serve(state, config=UNLIMITED, only=["hubspot", "jira"])
            urls = (await stack.enter_async_context(own)).urls | erp.urls
            deals = [
                replace(deal, company=company) for deal in await prepared(urls, DEALS, name=name)
            ]
            database_url = stack.enter_context(fresh_database(postgres))
            opened.append(Company(name, beside, urls, database_url, deals))
        yield opened


async def test_neither_bills_nor_touches_what_the_other_bills(companies: list[Company]) -> None:
    assert companies[0].deals[0].id == companies[1].deals[0].id
    assert await asyncio.gather(*(each.carry() for each in companies)) == [set(), set()]


async def test_a_reference_without_the_installation_is_found(companies: list[Company]) -> None:
    harm = [await each.carry(Plant.NO_INSTALLATION) for each in companies]
    assert harm[1]
