"""After a restore from a backup, with the vendors' keys expired, nothing is done twice."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, make_url

from application.command_log import new_command
from domain.command import CommandName
from domain.ids import DealId
from store.database import plain_url
from testbed.attack.deals import AttackedDeal
from testbed.attack.plants import Plant
from testbed.attack.settings import UNLIMITED
from testbed.vendors import serve
from testbed.vendors.serving import Sandbox
from tests.actors import GRACE
from tests.chaos.installation import harm_of, open_installation, prepared
from tests.postgres import fresh_database

DEALS = 2
BEFORE_BACKUP = 6  # steps of each deal
IN_TIME = {"stale records", "sent after the deadline", "sent before an older call landed"}
KEYS_LIVE = timedelta(minutes=6)


@dataclass(frozen=True)
class Restored:
    """Vendors that have seen everything, and a database that has forgotten half of it."""

    sandbox: Sandbox
    database_url: str
    backup_at: datetime
    deals: list[AttackedDeal]

    async def again(self, *, plant: Plant | None = None, epoch: bool = True) -> set[str]:
        """Carry every deal once more from its beginning; return the kinds of harm.

        What the vendors logged before the restore is left out: the first figures are written once
        more, attempts are numbered anew, and the vendors' clocks were advanced.
        """
        async with open_installation(self.sandbox.urls, self.database_url, plant=plant) as ours:
            if epoch:
                command = new_command(CommandName.RAISE_EPOCH, GRACE, DealId(""), reason="restored")
                await ours.ledger.raise_epoch(command, self.backup_at)
            outcomes = await ours.carry(self.deals)
        harm = await harm_of(self.sandbox.urls, self.database_url, outcomes)
        return harm.keys() - IN_TIME


@pytest.fixture
async def restored(postgres: URL, tmp_path: Path) -> AsyncIterator[Restored]:
    async with serve(tmp_path, config=UNLIMITED) as sandbox:
        deals = await prepared(sandbox.urls, DEALS)
        with fresh_database(postgres) as url:
            async with open_installation(sandbox.urls, url) as ours:
                ours.steps_left = DEALS * BEFORE_BACKUP
                await ours.carry(deals)
                ours.steps_left = None
            backup_at = _time(url)
            with fresh_database(make_url(url)) as backup:
                async with open_installation(sandbox.urls, url) as ours:
                    outcomes = await ours.carry(deals)
                assert await harm_of(sandbox.urls, url, outcomes) == {}
                for app in sandbox.apps.values():
                    app.vendor.clock.advance(KEYS_LIVE.total_seconds() + 60)
                yield Restored(sandbox, backup, backup_at, deals)


async def test_after_a_restore_and_a_new_epoch_nothing_is_done_twice(restored: Restored) -> None:
    assert await restored.again() == set()


async def test_no_document_is_made_twice_even_if_nobody_raises_the_epoch(
    restored: Restored,
) -> None:
    harm = await restored.again(epoch=False)
    assert not harm & {"issued twice", "credited twice", "not named by our records", "refused"}


async def test_a_first_attempt_that_does_not_look_is_found(restored: Restored) -> None:
    assert "issued twice" in await restored.again(plant=Plant.NO_LOOK, epoch=False)


def _time(url: str) -> datetime:
    with psycopg.connect(plain_url(url)) as session:
        [now] = session.execute("select clock_timestamp()").fetchone() or [None]
    assert isinstance(now, datetime)
    return now
