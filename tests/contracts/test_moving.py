"""Polls miss nothing while records change: they read pages by last change, with an overlap."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from domain.ids import DealId, ExternalId
from domain.money import Money
from ports.crm import ChangedDeal
from ports.erp import ChangedInvoice
from ports.failures import Throttled
from tests.contracts.crm_harness import CrmHarness, open_deal
from tests.contracts.erp_harness import ErpHarness, issued
from tests.contracts.test_crm import LONG_AGO

OVERLAP = timedelta(seconds=2)
MANY = 5
ROUNDS = 3
Delivery = Sequence[ChangedDeal] | Sequence[ChangedInvoice]
T = TypeVar("T")


async def poll_while(
    moving: Coroutine[None, None, None],
    read: Callable[[datetime], Awaitable[Delivery]],
    known: set[str],
) -> dict[str, datetime]:
    """Poll until nothing changes, and return the last change of each id, as our polls do.

    Every reading of all records must return those that are `known`, wherever they move meanwhile.
    """
    task = asyncio.create_task(moving)
    seen: dict[str, datetime] = {}
    since, rests = LONG_AGO, False
    try:
        while not rests:
            rests = task.done()
            assert known <= {_id(each) for each in await read(LONG_AGO)}
            changes = await read(since - OVERLAP)
            seen |= {_id(each): each.changed_at for each in changes}
            since = max(seen.values(), default=since)
            # What answers without waiting would never let anything move.
            await asyncio.sleep(0)
        await task
    finally:
        task.cancel()
    return seen


def paced(
    read: Callable[[datetime], Awaitable[T]], wait: Callable[[timedelta], Awaitable[None]]
) -> Callable[[datetime], Coroutine[Any, Any, T]]:
    """Read, and again after the pause when the vendor throttles."""

    async def read_again(since: datetime) -> T:
        while True:
            try:
                return await read(since)
            except Throttled as refused:
                await wait(refused.pause or timedelta(seconds=1))

    return read_again


def _id(record: ChangedDeal | ChangedInvoice) -> str:
    return record.deal if isinstance(record, ChangedDeal) else record.invoice.id


async def test_deals_that_are_won_while_we_read_are_all_found(crm: CrmHarness) -> None:
    deals = [await crm.enter(open_deal(name=f"Deal {number}")) for number in range(MANY)]
    before, later = deals[:-2], deals[-2:]
    for deal in before:
        await crm.win(deal)

    async def move() -> None:
        for number in range(ROUNDS * len(before)):
            name = f"Name {number}"
            await crm.revise(before[number % len(before)], name, Money.of(13041, "EUR"))
        for deal in later:
            await crm.win(deal)

    async with crm.in_small_pages() as reading:
        changed_since = paced(reading.changed_since, crm.wait)
        seen = await poll_while(move(), changed_since, set(before))
        assert {DealId(deal) for deal in seen} == set(deals)
        assert {each.deal: each.changed_at for each in await changed_since(LONG_AGO)} == seen


async def test_invoices_that_are_paid_while_we_read_are_all_found(erp: ErpHarness) -> None:
    before = [await issued(erp, f"m{number}") for number in range(1, MANY - 1)]
    numbers = range(MANY - 1, MANY + 1)
    added: list[ExternalId] = []

    async def move() -> None:
        for number in range(ROUNDS * len(before)):
            await erp.pay(before[number % len(before)].id, Money.of(100, "EUR"))
        added.extend([(await issued(erp, f"m{number}")).id for number in numbers])

    async with erp.in_small_pages() as roles:
        assert roles.invoicing
        changed_since = paced(roles.invoicing.changed_since, erp.wait)
        seen = await poll_while(move(), changed_since, {each.id for each in before})
        last = await changed_since(LONG_AGO)
    assert set(seen) == {*(each.id for each in before), *added}
    assert {each.invoice.id: each.changed_at for each in last} == seen
    paid = [each.invoice.id for each in last if each.invoice.paid]
    assert sorted(paid) == sorted(each.id for each in before)
