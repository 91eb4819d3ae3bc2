"""BottleCRM has no versions: a save writes the whole deal as it was read a moment before."""

import httpx
import pytest

from domain.effect import Receipt
from ports.failures import Uncertain
from testbed.systems.bottlecrm import changes
from testbed.systems.common.exchange import Request
from testbed.systems.common.proxy import Fault
from tests.contracts.bottlecrm import BottlecrmHarness, local
from tests.contracts.crm_harness import asking, figures, link, ticket, won

pytestmark = pytest.mark.real


async def test_what_a_person_saved_in_another_field_before_stays(harness: BottlecrmHarness) -> None:
    deal = await won(harness)
    await harness.change(
        deal, description="as told on the phone", custom_fields={"cashward_tax": ""}
    )
    await harness.crm.write_back.do(figures(deal), ticket("w"))
    record = await harness.read(deal)
    assert record["description"] == "as told on the phone"
    assert "cashward_tax" not in record["custom_fields"]


async def test_only_what_differs_is_sent_and_nothing_if_nothing_does(
    harness: BottlecrmHarness,
) -> None:
    deal = await won(harness)
    await harness.crm.write_back.do(figures(deal), ticket("w"))
    await harness.crm.write_back.do(link(deal), ticket("l"))
    await harness.crm.write_back.do(link(deal), ticket("l", attempt=2))
    first, second = (each.request for each in harness.proxy.seen if changes(each.request))
    assert b"cashward_paid" in first.body
    assert b"cashward_project" in second.body
    assert b"cashward_paid" not in second.body
    assert b"cashward_key" not in second.body


async def test_figures_that_somebody_overwrites_at_once_are_uncertain(
    harness: BottlecrmHarness,
) -> None:
    deal = await won(harness)
    sent = False

    def overwrite(request: Request) -> Fault | None:
        """Save a form that was opened before, between our change and our reading it back."""
        nonlocal sent
        if sent and not changes(request):
            stale = {"custom_fields": {"cashward_paid": ""}}
            url = f"{harness.system.place.url}/api/opportunities/{local(deal)}/"
            httpx.patch(url, json=stale, headers=harness.client.headers).raise_for_status()
            harness.proxy.heal()
        sent = sent or changes(request)
        return None

    harness.proxy.decide = overwrite
    with pytest.raises(Uncertain, match="cashward_paid did not stay"):
        await harness.crm.write_back.do(figures(deal), ticket("w"))
    await harness.crm.write_back.do(figures(deal), ticket("w", attempt=2))
    assert (await harness.written_back(deal))["paid"] == "99999999.99"


@pytest.mark.parametrize("what", ["figures", "task"])
async def test_what_was_done_and_cannot_be_read_back_is_uncertain(
    harness: BottlecrmHarness, what: str
) -> None:
    deal = await won(harness)
    sent = False

    def cut(request: Request) -> Fault | None:
        nonlocal sent
        if sent:
            return Fault.RESET
        sent = changes(request)
        return None

    async def make() -> Receipt:
        if what == "figures":
            return await harness.crm.write_back.do(figures(deal), ticket("w"))
        return await harness.crm.owner_task.do(asking(deal), ticket("t"))

    harness.proxy.decide = cut
    with pytest.raises(Uncertain, match="could not be read back"):
        await make()
    harness.proxy.heal()
    written, tasks = await harness.written_back(deal), await harness.tasks(deal)
    assert (written["contracted"], tasks) == (
        ("13040.00", []) if what == "figures" else ("", [asking(deal).title])
    )


async def test_figures_that_a_stale_form_overwrote_come_back_with_the_next_write_back(
    harness: BottlecrmHarness,
) -> None:
    deal = await won(harness)
    form = (await harness.read(deal))["custom_fields"]
    await harness.crm.write_back.do(figures(deal), ticket("w"))
    await harness.change(deal, custom_fields={**form, "cashward_stage": "", "cashward_paid": ""})
    await harness.crm.write_back.do(figures(deal), ticket("w2"))
    written = await harness.written_back(deal)
    assert (written["stage"], written["paid"]) == ("collection", "99999999.99")
