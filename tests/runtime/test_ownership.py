"""A worker starts only in a database and in accounts of its own installation."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import URL

from connectors.memory import Fault, MemoryWorld
from domain.contract import Policy
from runtime.composition import open_systems
from runtime.ownership import require_accounts
from runtime.settings import DatabaseSettings, InvalidSettings, Settings, VendorChoice
from runtime.worker_main import work
from store import open_store
from tests.deals import POLICY
from tests.postgres import fresh_database


def settings(world: MemoryWorld, **changes: Any) -> Settings:
    given = {"policy": POLICY, **changes}
    return Settings(
        installation="acme",
        vendors=VendorChoice(crm="memory", pm="memory", erp="memory"),
        connectors={"memory": {"world": world}},
        **given,
    )


async def answered(chosen: Settings) -> list[str]:
    async with open_systems(chosen) as systems:
        return list(await require_accounts(systems, chosen))


async def test_a_worker_does_not_start_in_an_account_of_another_installation() -> None:
    world = MemoryWorld(installations={"acme", "globex"})
    with pytest.raises(InvalidSettings, match="one of the installation globex") as refused:
        await work(settings(world), asyncio.Event())
    assert 'set CASHWARD_SHARES_WITH to ["globex"] here' in str(refused.value)


async def test_a_worker_does_not_start_before_it_knows_which_company_sells() -> None:
    with pytest.raises(InvalidSettings, match="CASHWARD_POLICY__SELLER"):
        await work(settings(MemoryWorld(), policy=Policy()), asyncio.Event())


async def test_an_account_that_is_shared_on_purpose_or_held_alone_is_no_hindrance() -> None:
    shared = MemoryWorld(installations={"acme", "globex"})
    assert await answered(settings(shared, shares_with=("globex",))) == ["memory"]
    assert await answered(settings(MemoryWorld(installations={"acme"}))) == ["memory"]
    assert await answered(settings(MemoryWorld())) == ["memory"]


async def test_a_vendor_that_is_down_does_not_keep_a_worker_from_starting() -> None:
    world = MemoryWorld(installations={"globex"})
    world.fail(Fault.DOWN)
    assert await answered(settings(world)) == []


async def test_a_worker_does_not_start_on_the_database_of_another_installation(
    postgres: URL,
) -> None:
    with fresh_database(postgres) as url:
        async with open_store(url) as store:
            await store.installation.register("globex")
        chosen = settings(MemoryWorld(), database=DatabaseSettings(url=url))
        with pytest.raises(InvalidSettings, match="belongs to the installation 'globex'"):
            await asyncio.wait_for(work(chosen, asyncio.Event()), timeout=30)


@pytest.mark.parametrize("name", ["", "Acme", "acme_eu", "-acme", "acme:eu", "acme-of-slovakia"])
def test_a_name_that_does_not_fit_into_references_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="at most 12 lower-case letters"):
        Settings(installation=name)
