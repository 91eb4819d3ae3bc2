"""A worker seals the audit trail while it runs."""

import asyncio

from runtime.sealing import sealing
from store import open_store
from tests.store.values import NOW, baseline


async def test_what_was_written_is_sealed_while_a_worker_runs(database_url: str) -> None:
    async with open_store(database_url) as store, sealing(store.audit_seals, interval=0.05):
        await store.billing_ledger.agree(baseline("sealed"), now=NOW)
        async with asyncio.timeout(20):
            while not (await store.audit_seals.check()).entries:
                await asyncio.sleep(0.05)
        assert (await store.audit_seals.check()).problems == ()
