"""After a restore, what was settled since the backup is believed once it was seen again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from sqlalchemy import URL

from application.command_log import new_command
from domain.command import CommandName
from domain.effect import Effect
from domain.ids import DealId
from store import Store, open_store
from tests.actors import GRACE
from tests.postgres import fresh_database
from tests.store.values import DRAFT, OPERATION_TIMEOUT, intent, made


@pytest.fixture
async def store(postgres: URL) -> AsyncIterator[Store]:
    """A store of the test's own: an epoch concerns every effect."""
    with fresh_database(postgres) as url:
        async with open_store(url, pool_size=2) as opened:
            yield opened


async def _doubt(store: Store, since: datetime) -> None:
    command = new_command(CommandName.RAISE_EPOCH, GRACE, DealId(""), reason="restored")
    await store.effect_ledger.raise_epoch(command, since)


async def _made(store: Store, name: str) -> Effect:
    this = intent(name)
    await store.effect_ledger.begin(
        this, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
    )
    return await store.effect_ledger.confirm(this.key, 1, [made(f"{name}-1")])


async def test_an_epoch_doubts_what_was_settled_since_until_it_is_seen(store: Store) -> None:
    older = await _made(store, "older")
    await asyncio.sleep(0.02)
    backup = store.clock.now()
    await asyncio.sleep(0.02)
    younger = await _made(store, "younger")
    await _doubt(store, backup)
    assert await store.effect_ledger.read(older.key) == older
    doubted = await store.effect_ledger.read(younger.key)
    assert doubted == younger.model_copy(update={"is_doubted": True})
    assert await store.effect_ledger.confirm(younger.key, 1, [made("younger-1")]) == younger
    assert await store.effect_ledger.read(younger.key) == younger


@pytest.mark.parametrize("forgets", [True, False])
async def test_a_step_that_does_not_look_ends_no_doubt(store: Store, *, forgets: bool) -> None:
    backup = store.clock.now()
    this = await _made(store, "unseen")
    await _doubt(store, backup)
    if forgets:  # what this process wrote last, and so another process would do it
        await store.effect_ledger.sweep(this.key, made("unseen-1"))
    done = await store.effect_ledger.finish(this.key, {"number": "1"})
    assert await store.effect_ledger.read(this.key) == done.model_copy(update={"is_doubted": True})


async def test_after_an_epoch_a_first_attempt_looks_first(store: Store) -> None:
    async def begin(name: str) -> Effect:
        return await store.effect_ledger.begin(
            intent(name), DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
        )

    assert not (await begin("first")).search_first
    await _doubt(store, store.clock.now())
    assert (await begin("second")).search_first


async def test_who_raised_an_epoch_and_why_is_in_the_trail(store: Store) -> None:
    await _doubt(store, store.clock.now())
    [entry] = await store.audit_trail.of_deal(DealId(""))
    assert (entry.actor, entry.reason) == (GRACE.subject, "restored")
    assert "is in doubt" in str(entry.what["answer"])
