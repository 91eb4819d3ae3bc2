"""Seals the audit trail while a worker runs, and puts each seal into the log."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog

from ports.audit_seals import AuditSeals
from ports.failures import ConnectorFailure

INTERVAL: Final = 600.0
"""Seconds. What was the newest entry so long ago has no older one still to be written."""

log = structlog.get_logger()


@asynccontextmanager
async def sealing(seals: AuditSeals, *, interval: float = INTERVAL) -> AsyncIterator[None]:
    """Seal while the block runs. Several workers may do so: each entry is sealed once."""
    task = asyncio.create_task(_seal_for_ever(seals, interval))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _seal_for_ever(seals: AuditSeals, interval: float) -> None:
    newest = 0
    while True:
        try:
            for seal in await seals.seal(newest):
                log.info("sealed a part of the audit trail", seal=str(seal))
            newest = await seals.newest_entry()
        except ConnectorFailure as down:
            log.warning("the audit trail is not sealed for now", reason=down.reason)
        await asyncio.sleep(interval)
