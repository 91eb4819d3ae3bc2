"""Runs a worker: waits for what it needs, works until told to stop, ends cleanly."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any, NoReturn, TypeVar

import structlog
import uvloop

from application.errors import TemporalUnavailable
from ports.failures import ConnectorFailure
from runtime.composition import open_systems
from runtime.ownership import register_in_database, require_accounts
from runtime.polls import ensure_polls
from runtime.sealing import sealing
from runtime.settings import PREFIX, InvalidSettings, Settings
from runtime.temporal import connect
from runtime.workers import build_workers, steps
from store import MOST_SKEW, open_store, schema_is_current

R = TypeVar("R")
TRY_AGAIN = 2.0

log = structlog.get_logger()


class NotMigrated(Exception):
    """The database has no tables of ours, or older ones."""

    def __init__(self) -> None:
        super().__init__("the database is not at our schema: run `cashward migrate` first")


async def work(settings: Settings, stop: asyncio.Event) -> None:
    """Work until `stop` is set. Wait for what is down at the start; Temporal keeps the work."""
    if settings.policy.seller is None:
        raise InvalidSettings(f"{PREFIX}POLICY__SELLER: a worker needs the company that sells")
    async with AsyncExitStack() as stack:
        systems = await stack.enter_async_context(open_systems(settings))
        await require_accounts(systems, settings)
        database = settings.database
        opened = open_store(
            database.full_url,
            pool_size=database.pool_size,
            pool_timeout=database.pool_timeout_seconds,
        )
        store = await stack.enter_async_context(opened)
        await _patiently(lambda: _migrated(settings), stop)
        skew = await _patiently(store.clock.skew, stop)
        if skew and abs(skew) > MOST_SKEW:
            log.warning("clock differs from the database's", seconds=skew.total_seconds())
        await _patiently(lambda: register_in_database(store, settings), stop)
        metrics = settings.worker.metrics_address
        client = await _patiently(lambda: connect(settings.temporal, metrics_address=metrics), stop)
        if client is None:
            return
        await ensure_polls(client, task_queue=settings.temporal.task_queue)
        for worker in build_workers(client, settings, steps(settings, systems, store, client)):
            await stack.enter_async_context(worker)
        await stack.enter_async_context(sealing(store.audit_seals))
        keep_what_is_there()
        log.info(
            "working", queue=settings.temporal.task_queue, vendors=settings.vendors.model_dump()
        )
        await stop.wait()
        log.info("stopping: steps in hand are finished first")


async def _migrated(settings: Settings) -> None:
    if not await schema_is_current(settings.database.full_url):
        raise NotMigrated


async def _patiently(attempt: Callable[[], Awaitable[R]], stop: asyncio.Event) -> R | None:
    """Try until it works, logging why it does not; return None once `stop` is set."""
    while not stop.is_set():
        try:
            return await attempt()
        except (TemporalUnavailable, NotMigrated, ConnectorFailure) as down:
            log.warning("waiting", until=str(down))
        try:
            await asyncio.wait_for(stop.wait(), TRY_AGAIN)
        except TimeoutError:
            continue
    return None


def keep_what_is_there() -> None:
    """Exempt from garbage collection what was made at the start and stays until the end."""
    gc.collect()
    gc.freeze()


def run_until_stopped(main: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    """Run this until SIGTERM or Ctrl-C, which let it finish its current work."""

    async def watched() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for stop_signal in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(stop_signal, stop.set)
        await main(stop)

    uvloop.run(watched())


def leave(code: int) -> NoReturn:
    """End the process without the interpreter's teardown.

    The SDK's core may abort during the teardown (sdk-python#300), so we only flush.
    """
    gc.collect()
    for stream in filter(None, (sys.stdout, sys.stderr)):  # a caller may have closed either
        stream.flush()
    os._exit(code)
