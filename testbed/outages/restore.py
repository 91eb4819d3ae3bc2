"""PostgreSQL is restored from a backup in the middle of deals, and reconciled by the runbook."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

import psycopg
from psycopg import sql

from store.database import plain_url
from testbed.outages.outage import Outage, Tell, quiet_after
from testbed.outages.people import People
from testbed.outages.scene import Scene
from testbed.stack.postgres import NAME

KEYS_LIVE: Final = timedelta(minutes=6)
"""Xero forgets an idempotency key after that."""
_WITHIN: Final = 120.0
_BACKUP: Final = "backup"
_TERMINATE: Final = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s"


def pace_of(lost: float) -> float:
    """How slow people are, so that deals are won and ended in the time that is lost."""
    return 1.5 * lost


async def restore(scene: Scene, people: People, lost: float, tell: Tell) -> Outage:
    """Lose the last `lost` seconds of our records, and all of the ERP's idempotency keys."""
    acting = asyncio.create_task(people.act())
    try:
        await asyncio.sleep(lost / 4)
        backup_at = await asyncio.to_thread(_back_up, scene.stack.database_url)
        tell(f"backup: {people.progress}")
        await asyncio.sleep(lost)
        tell(f"{lost:.0f} s later the database is lost: {people.progress}")
        await _restore(scene, backup_at)
        people.hurry()
        after, harm = await quiet_after(scene, people.sales, acting, within=_WITHIN)
    finally:
        acting.cancel()
        await asyncio.gather(acting, return_exceptions=True)
    return Outage(
        what=f"{lost:.0f} s of records lost", quiet_after=after, within=_WITHIN, harm=harm
    )


async def _restore(scene: Scene, backup_at: datetime) -> None:
    """Do what the runbook says of lost data."""
    workers = [scene.stack.programs[name] for name in scene.stack.workers]
    for worker in workers:
        await worker.kill()
    await asyncio.to_thread(_replace, scene.stack.database_url)
    await scene.clients.erp.ask(
        "PUT", "/_sandbox/clock", {"advance": (KEYS_LIVE + timedelta(minutes=1)).total_seconds()}
    )
    since = ("--since", f"{backup_at:%Y-%m-%dT%H:%M:%S}")
    await scene.cashward("ledger", "raise-epoch", *since, "--reason", "restored")
    for worker in workers:
        await worker.up()
    await scene.cashward("reconcile", *since)


def _back_up(url: str) -> datetime:
    """Copy the database, and return the moment; its sessions break."""
    with psycopg.connect(_beside(url), autocommit=True) as admin:
        admin.execute(_allow(connections=False))
        admin.execute(_TERMINATE, [NAME])
        moment = datetime.now(UTC)
        copy = sql.SQL("create database {} template {}")
        admin.execute(copy.format(sql.Identifier(_BACKUP), sql.Identifier(NAME)))
        admin.execute(_allow(connections=True))
    return moment


def _replace(url: str) -> None:
    """Put the backup in the place of the database."""
    with psycopg.connect(_beside(url), autocommit=True) as admin:
        drop = sql.SQL("drop database {} with (force)")
        admin.execute(drop.format(sql.Identifier(NAME)))
        rename = sql.SQL("alter database {} rename to {}")
        admin.execute(rename.format(sql.Identifier(_BACKUP), sql.Identifier(NAME)))


def _beside(url: str) -> str:
    """Return the address of another database of the same server."""
    return plain_url(url).removesuffix(NAME) + "postgres"


def _allow(*, connections: bool) -> sql.Composed:
    alter = sql.SQL("alter database {} with allow_connections {}")
    return alter.format(sql.Identifier(NAME), sql.Literal(connections))
