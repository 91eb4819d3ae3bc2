"""A poll continues where it was."""

import asyncio

from store import Store
from tests.store.values import NOW, later


async def test_a_poll_that_never_ran_has_read_nothing(store: Store) -> None:
    assert await store.cursors.read("never") is None


async def test_a_cursor_never_goes_back(store: Store) -> None:
    moments = [NOW, later(5), later(3)]
    await asyncio.gather(*(store.cursors.advance("crm", moment) for moment in moments))
    assert await store.cursors.read("crm") == later(5)
