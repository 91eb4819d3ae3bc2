"""Rows 11 and 12 of contract.md 5: people edit and delete time, before and after it is billed."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import URL

from activities.time_approval import TimeApproval
from application.command_log import CommandLog
from application.commands.time import TimeCommands
from domain.contract import Policy
from domain.ids import Subject
from domain.refusal import Refusal
from domain.time_record import BillableTime
from domain.timesheet import Week
from store import Store, open_store
from tests.activities.test_time_poll import STAFFING, Polled
from tests.actors import GRACE
from tests.postgres import fresh_database
from tests.store.values import deal

NAME = "rows"
MINE = deal(NAME)
DAY = date(2027, 3, 1)
WEEK = Week.of("2027-W09")
BILL = Subject(f"{MINE}:t2027-03:r1")


@pytest.fixture
async def polled(postgres: URL) -> AsyncIterator[Polled]:
    with fresh_database(postgres) as url:
        async with open_store(url, pool_size=4) as store:
            polled = Polled(store)
            await polled.import_rates()
            yield polled


async def approve(polled: Polled) -> str:
    store, now = polled.store, polled.now
    policy = Policy(staffing=STAFFING)
    approval = TimeApproval(store.timesheets, store.rate_cards, store.billing_ledger, policy, now)
    commands = TimeCommands(store.timesheets, approval, CommandLog(store.audit_trail, now))
    return await commands.approve(GRACE, MINE, WEEK)


async def bill(store: Store) -> None:
    keys = [each.key for each in await store.timesheets.of_deal(MINE)]
    now = store.clock.now()
    await store.timesheets.change(keys, lambda each: each.bill_as(BILL, now=now), now=now)


async def to_bill(polled: Polled) -> list[tuple[Decimal, str]]:
    records = await polled.store.timesheets.of_deal(MINE)
    found: list[BillableTime] = [each.billable for each in records if each.billable]
    return [(each.hours, str(each.net)) for each in found]


async def test_row_11_time_that_is_edited_or_deleted_before_it_is_billed_is_followed(
    polled: Polled,
) -> None:
    entry = polled.world.book(await polled.open_project(NAME), "w1", 50, DAY)
    await polled.poll()
    assert await to_bill(polled) == []
    assert await approve(polled) == "time entries approved in 2027-W09: 1"
    assert await to_bill(polled) == [(Decimal("1.00"), "90.00 EUR")]

    polled.world.rebook(entry, minutes=80)
    await polled.poll()
    assert await to_bill(polled) == []
    await approve(polled)
    assert await to_bill(polled) == [(Decimal("1.50"), "135.00 EUR")]

    polled.world.unbook(entry)
    await polled.poll()
    assert await to_bill(polled) == []
    with pytest.raises(Refusal, match="waits for approval"):
        await approve(polled)
    assert await polled.states(NAME) == ["replaced", "deleted"]


async def test_row_12_billed_time_that_is_edited_or_deleted_is_adjusted_and_all_versions_stay(
    polled: Polled,
) -> None:
    entry = polled.world.book(await polled.open_project(NAME), "w1", 50, DAY)
    await polled.poll()
    await approve(polled)
    await bill(polled.store)
    assert await to_bill(polled) == []

    polled.world.rebook(entry, minutes=80)
    await polled.poll()
    assert await to_bill(polled) == []
    await approve(polled)
    assert await to_bill(polled) == [(Decimal("0.50"), "45.00 EUR")]
    await bill(polled.store)

    polled.world.unbook(entry)
    await polled.poll()
    await approve(polled)
    assert await to_bill(polled) == [(Decimal("-1.50"), "-135.00 EUR")]
    (record,) = await polled.store.timesheets.of_deal(MINE)
    assert [(each.minutes, each.state.value) for each in record.versions] == [
        (50, "adjusted"),
        (80, "billed"),
        (0, "approved"),
    ]
