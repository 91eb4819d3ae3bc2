"""What is old and settled leaves the tables; what may still change stays, and all can be found."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest
from psycopg import Connection
from sqlalchemy import URL

from domain.actor import CASHWARD
from domain.refusal import Refusal
from domain.stage import Stage
from store import Store, open_store
from store.archive import archive
from store.database import plain_url
from testbed.stack.postgres import as_worker
from tests.actors import GRACE
from tests.postgres import fresh_database
from tests.store.values import DRAFT, NOW, OPERATION_TIMEOUT, baseline, deal, intent, made

RUNBOOK = Path(__file__).parents[2] / "docs/runbook.md"
BEFORE = date(NOW.year + 1, 1, 1)


@pytest.fixture
def url(postgres: URL) -> Iterator[str]:
    with fresh_database(postgres) as url:
        yield url


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    async with open_store(as_worker(url)) as opened:
        yield opened


@pytest.fixture
def owner(url: str) -> Iterator[Connection]:
    with psycopg.connect(plain_url(url), autocommit=True) as connection:
        yield connection


async def carry(store: Store, name: str, *, settled: bool = True, ended: bool = True) -> None:
    await store.billing_ledger.agree(baseline(name), now=NOW)
    this = intent(name)
    await store.effect_ledger.begin(
        this, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
    )
    if settled:
        await store.effect_ledger.confirm(this.key, 1, [made(f"{name}-1")])
    if ended:
        await store.billing_ledger.close(deal(name), Stage.CLOSED, by=CASHWARD, reason="", now=NOW)


async def seal(store: Store) -> None:
    await store.audit_seals.seal(await store.audit_seals.newest_entry())


def bring_back(owner: Connection, name: str) -> None:
    """Say what the runbook says."""
    [said] = re.findall(r"`(insert into effects [^`]*)`", RUNBOOK.read_text())
    owner.execute(said.replace("2024_11", f"{NOW:%Y_%m}").replace("hubspot:7", deal(name)).encode())


async def test_effects_of_deals_that_ended_move_and_all_others_stay(
    url: str, store: Store, owner: Connection
) -> None:
    await carry(store, "over")
    await carry(store, "unsettled", settled=False)
    await carry(store, "live", ended=False)
    await seal(store)
    done = archive(url, BEFORE, by=GRACE)
    assert (done.deals, done.effects) == (1, 1)
    moved = owner.execute(f"table archive.effects_{NOW:%Y_%m}".encode()).fetchall()
    assert len(moved) == 1
    assert "hubspot:over" in moved[0]
    assert await store.effect_ledger.of_deal(deal("over")) == []
    for name in ("unsettled", "live"):
        assert len(await store.effect_ledger.of_deal(deal(name))) == 1
    again = archive(url, BEFORE, by=GRACE)
    assert (again.months, again.deals, again.effects) == ((), 0, 0)


async def test_an_archived_deal_is_not_carried_again(url: str, store: Store) -> None:
    await carry(store, "over")
    await seal(store)
    archive(url, BEFORE, by=GRACE)
    with pytest.raises(Refusal, match="is archived: sell the rest as a new deal"):
        await store.billing_ledger.agree(baseline("over"), now=NOW)


async def test_a_late_attempt_of_an_archived_deal_makes_nothing(
    url: str, store: Store, owner: Connection
) -> None:
    await carry(store, "over")
    await seal(store)
    archive(url, BEFORE, by=GRACE)
    for part in ("", ":m2"):
        late = intent("over", part=part)
        with pytest.raises(Refusal, match="hubspot:over is archived: nothing is made for it"):
            await store.effect_ledger.begin(
                late, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
            )
    bring_back(owner, "over")
    known = await store.effect_ledger.begin(
        intent("over"), DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
    )
    assert known.receipt == made("over-1")


async def test_effects_are_archived_beside_those_of_an_older_schema(
    url: str, store: Store, owner: Connection
) -> None:
    await carry(store, "first")
    await seal(store)
    archive(url, BEFORE, by=GRACE)
    owner.execute("alter table effects add column colour text not null default 'none'")
    owner.execute("alter table effects drop column run")
    await carry(store, "second")
    await seal(store)
    assert archive(url, BEFORE, by=GRACE).effects == 1
    for name in ("first", "second"):
        bring_back(owner, name)
    rows = owner.execute("select external_id, colour from effects order by 1").fetchall()
    assert rows == [("first-1", "none"), ("second-1", "none")]


async def test_a_detached_month_is_named_and_every_other_is_compared(
    url: str, store: Store, owner: Connection
) -> None:
    await carry(store, "over")
    await seal(store)
    month = date(NOW.year, NOW.month, 1)
    assert month in archive(url, BEFORE, by=GRACE).months
    await carry(store, "later", ended=False)
    await seal(store)
    found = await store.audit_seals.check()
    assert month in found.detached
    assert found.problems == ()
    assert owner.execute(f"table archive.audit_trail_{NOW:%Y_%m}".encode()).fetchall()
    entries = owner.execute("select actor_name, what from audit_trail where entity = 'archive'")
    [(name, what)] = entries.fetchall()
    assert (name, what["effects"]) == ("grace", 1)


async def test_a_month_without_its_seals_is_not_detached(url: str, store: Store) -> None:
    await carry(store, "unsealed")
    with pytest.raises(Refusal, match="have no seal yet"):
        archive(url, BEFORE, by=GRACE)
    assert await store.audit_trail.of_deal(deal("unsealed"))


async def test_only_the_owner_archives(url: str, store: Store) -> None:
    await seal(store)
    with pytest.raises(Refusal, match="only the owner of the tables"):
        archive(as_worker(url), BEFORE, by=GRACE)
