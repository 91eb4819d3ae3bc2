"""What was written into the audit trail stays as it was, or a comparison with the seals tells."""

import hashlib
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import URL

from store import Store, open_store
from store.archive import archive
from store.database import plain_url
from testbed.stack.postgres import as_worker
from tests.actors import GRACE
from tests.postgres import fresh_database
from tests.store.values import NOW, baseline, later

MONTH = 40 * 24 * 3600
PARTITION = f"audit_trail_{NOW:%Y_%m}"
INSERT = "insert into audit_trail (id, at, deal, entity, key, what)"


@pytest.fixture
def url(postgres: URL) -> Iterator[str]:
    with fresh_database(postgres) as url:
        yield url


async def write_and_seal(store: Store, *names: str, after: float = 0) -> list[str]:
    for name in names:
        await store.billing_ledger.agree(baseline(name), now=later(after))
    return [
        str(seal) for seal in await store.audit_seals.seal(await store.audit_seals.newest_entry())
    ]


def as_owner(url: str, *commands: str) -> None:
    with psycopg.connect(plain_url(url)) as owner:
        for command in commands:
            owner.execute(command.encode())


async def test_an_untouched_trail_is_as_it_was_sealed(url: str) -> None:
    async with open_store(url) as store:
        kept = await write_and_seal(store, "a", "b")
        kept += await write_and_seal(store, "c", after=MONTH)
        kept += await write_and_seal(store, "d")
        assert await write_and_seal(store) == []
        found = await store.audit_seals.check(kept)
    assert (found.problems, found.entries, len(found.seals)) == ((), 4, 3)


async def test_an_entry_without_a_seal_is_not_held_against_the_trail(url: str) -> None:
    async with open_store(url) as store:
        await write_and_seal(store, "a")
        await store.billing_ledger.agree(baseline("b"), now=NOW)
        found = await store.audit_seals.check()
    assert (found.problems, found.entries) == ((), 1)


@pytest.mark.parametrize(
    "attack",
    [
        "update audit_trail set reason = 'forged' where deal like '%b'",
        "update audit_trail set at = at + interval '1 day' where deal like '%b'",
        "delete from audit_trail where deal like '%b'",
        f"{INSERT} values (2, '{NOW}', 'hubspot:x', 'contract', '', '{{}}')",
        f"{INSERT} values (3, '{later(2 * MONTH)}', 'hubspot:x', 'contract', '', '{{}}')",
    ],
)
async def test_an_owner_who_switches_the_trigger_off_and_on_again_is_noticed(
    url: str, attack: str
) -> None:
    async with open_store(url) as store:
        await write_and_seal(store, "a", "b")
        await write_and_seal(store, "c", "d", after=2 * MONTH)
        as_owner(
            url,
            "alter table audit_trail disable trigger only_grows",
            f"alter table {PARTITION} disable trigger only_grows",
            attack,
            f"alter table {PARTITION} enable trigger only_grows",
            "alter table audit_trail enable trigger only_grows",
        )
        assert (await store.audit_seals.check()).problems


@pytest.mark.parametrize("id", [1, 2, -1])
async def test_an_entry_that_a_worker_dates_back_before_every_seal_is_noticed(
    url: str, id: int
) -> None:
    async with open_store(as_worker(url)) as store:
        await write_and_seal(store, "a", "b")
        forged = f"{INSERT} values ({id}, '{later(-13 * MONTH)}', 'hubspot:a', 'claim', '', '{{}}')"
        as_owner(as_worker(url), forged)
        [problem] = (await store.audit_seals.check()).problems
    assert problem == f"1 entries of {later(-13 * MONTH):%Y-%m} came after they were sealed"


async def test_an_entry_of_a_month_that_was_detached_is_noticed(url: str) -> None:
    async with open_store(url) as store:
        await write_and_seal(store, "a", "b")
        archive(url, later(2 * MONTH).date(), by=GRACE)
        as_owner(as_worker(url), f"{INSERT} values (1, '{NOW}', 'hubspot:a', 'claim', '', '{{}}')")
        [problem] = (await store.audit_seals.check()).problems
    assert problem == f"1 entries of {NOW:%Y-%m} came after they were sealed"


async def test_an_owner_who_makes_the_seals_anew_is_noticed_by_a_seal_kept_elsewhere(
    url: str,
) -> None:
    async with open_store(url) as store:
        [kept] = await write_and_seal(store, "a", "b")
        as_owner(
            url,
            f"alter table {PARTITION} disable trigger only_grows",
            "update audit_trail set reason = 'forged' where deal like '%b'",
            f"alter table {PARTITION} enable trigger only_grows",
            "delete from audit_seals",
        )
        await write_and_seal(store)
        assert (await store.audit_seals.check()).problems == ()
        found = await store.audit_seals.check([kept])
    assert found.problems == (f"{kept} is not among the seals",)


async def test_a_seal_holds_what_anybody_can_compute_from_the_entries(url: str) -> None:
    async with open_store(url) as store:
        [seal] = await write_and_seal(store, "a")
    with psycopg.connect(plain_url(url), options="-c timezone=UTC") as reader:
        [line] = reader.execute(
            "select jsonb_build_array(id, at, attempt, deal, entity, key, from_state, to_state,"
            " what, workflow, actor, actor_name, verified_by, command, outcome, reason)::text"
            " from audit_trail"
        ).fetchone() or [""]
    assert seal.endswith(hashlib.sha256(line.encode()).hexdigest())
