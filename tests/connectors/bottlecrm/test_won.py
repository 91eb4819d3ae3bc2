"""Won deals are found by BottleCRM's latest fifty edits, or by the whole list of won deals."""

from datetime import timedelta

import pytest

from tests.contracts.bottlecrm import BottlecrmHarness, local
from tests.contracts.crm_harness import open_deal, won
from tests.contracts.test_crm import LONG_AGO

pytestmark = pytest.mark.real

FEED = 50
INSTANT = timedelta(microseconds=1)


async def test_a_poll_reads_only_the_deals_that_were_saved_since(harness: BottlecrmHarness) -> None:
    first, second = await won(harness, "First"), await won(harness, "Second")
    at = {each.deal: each.changed_at for each in await harness.crm.changed_since(LONG_AGO)}
    harness.proxy.seen.clear()
    (win,) = await harness.crm.changed_since(at[first] + INSTANT)
    assert (win.deal, win.changed_at) == (second, at[second])
    paths = [each.request.path.partition("?")[0] for each in harness.proxy.seen]
    assert paths == ["/api/activities/", f"/api/opportunities/{local(second)}/"]


async def test_a_win_is_found_though_the_feed_has_dropped_it(harness: BottlecrmHarness) -> None:
    deal = await won(harness)
    other = await harness.enter(open_deal(name="Other"))
    (at,) = (each.changed_at for each in await harness.crm.changed_since(LONG_AGO))
    for number in range(FEED + 1):
        await harness.change(other, description=f"note {number}")
    stamp = (await harness.read(deal))["stage_changed_at"]
    (win,) = await harness.crm.changed_since(at - timedelta(minutes=1))
    assert win.deal == deal
    assert win.changed_at.isoformat().removesuffix("+00:00") == stamp.removesuffix("Z")


async def test_a_mended_deal_is_found_again(harness: BottlecrmHarness) -> None:
    deal = await won(harness)
    (before,) = await harness.crm.changed_since(LONG_AGO)
    await harness.change(deal, custom_fields={"cashward_scope": "Sensors on ten pumps."})
    (win,) = await harness.crm.changed_since(before.changed_at + INSTANT)
    assert win.deal == deal


async def test_a_deleted_deal_is_not_found(harness: BottlecrmHarness) -> None:
    first, second = await won(harness, "First"), await won(harness, "Second")
    at = {each.deal: each.changed_at for each in await harness.crm.changed_since(LONG_AGO)}
    path = f"/api/opportunities/{local(second)}/"
    (await harness.client.delete(path)).raise_for_status()
    assert list(await harness.crm.changed_since(at[first] + INSTANT)) == []
    assert [each.deal for each in await harness.crm.changed_since(LONG_AGO)] == [first]
