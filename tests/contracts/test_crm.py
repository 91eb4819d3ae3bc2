"""What every CRM must do, whoever the vendor."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from connectors.memory import Fault
from domain.deal import Deal
from domain.effect import Receipt
from domain.ids import DealId, ExternalId
from domain.preflight import preflight
from ports.capability import Capability
from ports.failures import Absent, ConnectorFailure, Misconfigured, Uncertain, Unreachable
from tests.contracts.crm_harness import (
    CrmHarness,
    deal_as_sold,
    figures,
    link,
    open_deal,
    ticket,
    unlink,
    won,
)
from tests.contracts.faults import each_fault
from tests.deals import POLICY

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MONEY = ("contracted", "billed", "credited", "paid", "outstanding")


# ---------------------------------------------------------------------- reading


@pytest.mark.parametrize("currency", ["EUR", "CZK", "GBP", "JPY"])
async def test_a_deal_reads_as_sales_entered_it(crm: CrmHarness, currency: str) -> None:
    entered = open_deal(currency)
    deal = await crm.enter(entered)
    assert _plain(await crm.crm.read_deal(deal)) == _plain(entered)


async def test_a_complete_deal_passes_preflight_once_it_is_won(crm: CrmHarness) -> None:
    deal = await crm.enter(open_deal())
    assert [finding.field for finding in preflight(await crm.crm.read_deal(deal), POLICY)] == [
        "stage"
    ]
    await crm.win(deal)
    assert preflight(await crm.crm.read_deal(deal), POLICY) == ()


async def test_discounts_options_free_lines_and_amounts_read_as_sold(crm: CrmHarness) -> None:
    entered = deal_as_sold()
    deal = await crm.enter(entered)
    assert _plain(await crm.crm.read_deal(deal)) == _plain(entered)
    await crm.win(deal)
    assert preflight(await crm.crm.read_deal(deal), POLICY) == ()


async def test_a_won_deal_is_certain_and_an_open_one_is_not(crm: CrmHarness) -> None:
    deal = await crm.enter(open_deal())
    still_open = await crm.crm.read_deal(deal)
    await crm.win(deal)
    is_won = await crm.crm.read_deal(deal)
    assert (still_open.is_won, is_won.is_won) == (False, True)
    assert (still_open.probability, is_won.probability) == (Decimal("0.9"), Decimal(1))


async def test_an_unknown_deal_is_absent(crm: CrmHarness) -> None:
    with pytest.raises(Absent):
        await crm.crm.read_deal(crm.unknown())


@pytest.mark.parametrize("id", ["", "nobody", "elsewhere:1", "hubspot:abc", "hubspot:../1"])
async def test_what_is_no_id_of_ours_is_absent(crm: CrmHarness, id: str) -> None:
    with pytest.raises(Absent):
        await crm.crm.read_deal(DealId(id))


# ---------------------------------------------------------------------- won deals


async def test_only_won_deals_are_found(crm: CrmHarness) -> None:
    await crm.enter(open_deal(name="Still open"))
    deal = await won(crm)
    assert [each.deal for each in await crm.crm.changed_since(LONG_AGO)] == [deal]


async def test_won_deals_come_oldest_change_first(crm: CrmHarness) -> None:
    first, second = await won(crm, "First"), await won(crm, "Second")
    seen = await crm.crm.changed_since(LONG_AGO)
    assert [each.deal for each in seen] == [first, second]
    assert seen[0].changed_at <= seen[1].changed_at
    if Capability.UPDATED_SINCE in crm.crm.capabilities:
        await crm.crm.write_back.do(figures(first), ticket("w"))
        seen = await crm.crm.changed_since(LONG_AGO)
        assert [each.deal for each in seen] == [second, first]


async def test_a_deal_changed_at_the_very_moment_is_found(crm: CrmHarness) -> None:
    deal = await won(crm)
    (seen,) = await crm.crm.changed_since(LONG_AGO)
    assert [each.deal for each in await crm.crm.changed_since(seen.changed_at)] == [deal]
    assert list(await crm.crm.changed_since(seen.changed_at + timedelta(seconds=1))) == []


async def test_a_carried_deal_that_is_lost_again_is_found(crm: CrmHarness) -> None:
    carried, other = await won(crm, "Carried"), await won(crm, "Not carried yet")
    await crm.crm.write_back.do(link(carried), ticket("l"))
    for deal in (carried, other):
        await crm.lose(deal)
    seen = await crm.crm.changed_since(LONG_AGO)
    assert [(each.deal, each.is_won) for each in seen] == [(carried, False)]


# --------------------------------------------------------------------- write-back


@pytest.mark.parametrize("currency", ["EUR", "JPY"])
async def test_figures_read_back_to_the_cent(crm: CrmHarness, currency: str) -> None:
    command = figures(await won(crm), currency)
    await crm.crm.write_back.do(command, ticket("w"))
    written = await crm.written_back(command.deal)
    for name in MONEY:
        assert Decimal(written[name]) == getattr(command, name).amount
    assert written["stage"] == command.stage


async def test_what_a_command_leaves_out_stays_as_it_is(crm: CrmHarness) -> None:
    deal = await won(crm)
    await crm.crm.write_back.do(link(deal), ticket("l"))
    await crm.crm.write_back.do(figures(deal), ticket("w"))
    written = await crm.written_back(deal)
    assert (written["project"], written["project_url"]) == ("PUMP", "https://pm.example/PUMP")
    assert written["stage"] == "collection"


async def test_an_empty_attention_clears_it(crm: CrmHarness) -> None:
    deal = await won(crm)
    attention = figures(deal).model_copy(update={"attention": "no VAT id\nwho: finance"})
    await crm.crm.write_back.do(attention, ticket("w"))
    assert (await crm.written_back(deal))["attention"] == "no VAT id\nwho: finance"
    await crm.crm.write_back.do(figures(deal), ticket("w"))
    assert (await crm.written_back(deal))["attention"] == ""


async def test_a_repeated_write_back_changes_nothing(crm: CrmHarness) -> None:
    deal = await won(crm)
    first = await crm.crm.write_back.do(figures(deal), ticket("w"))
    written = await crm.written_back(deal)
    second = await crm.crm.write_back.do(figures(deal), ticket("w", attempt=2))
    assert first.id == second.id
    assert await crm.written_back(deal) == written


async def test_writing_back_leaves_the_deal_as_sales_agreed_it(crm: CrmHarness) -> None:
    deal = await won(crm)
    before = await crm.crm.read_deal(deal)
    await crm.crm.write_back.do(figures(deal), ticket("w"))
    assert await crm.crm.read_deal(deal) == before


async def test_an_unknown_deal_cannot_be_written_to(crm: CrmHarness) -> None:
    with pytest.raises(Absent):
        await crm.crm.write_back.do(figures(crm.unknown()), ticket("w"))


async def test_a_link_taken_back_twice_is_gone_once_and_figures_stay(crm: CrmHarness) -> None:
    deal = await won(crm)
    await crm.crm.write_back.do(figures(deal), ticket("w"))
    made = await crm.crm.write_back.do(link(deal), ticket("l"))
    for _ in range(2):
        await crm.crm.write_back.undo(unlink(deal), made)
    written = await crm.written_back(deal)
    assert (written["project"], written["project_url"]) == ("", "")
    assert Decimal(written["contracted"]) == 13040


async def test_a_link_that_was_written_over_since_is_not_taken_back(crm: CrmHarness) -> None:
    deal = await won(crm)
    made = await crm.crm.write_back.do(link(deal, "OLD"), ticket("l"))
    await crm.crm.write_back.do(link(deal, "NEW"), ticket("l2"))
    await crm.crm.write_back.undo(link(deal, "OLD"), made)
    assert (await crm.written_back(deal))["project"] == "NEW"
    await crm.crm.write_back.undo(link(deal, "NEW"), made)
    assert (await crm.written_back(deal))["project"] == ""


async def test_a_link_of_a_deal_that_is_gone_is_taken_back_already(crm: CrmHarness) -> None:
    nobody = crm.unknown()
    for command in (unlink(nobody), link(nobody)):
        await crm.crm.write_back.undo(command, Receipt(id=ExternalId(nobody)))
    with pytest.raises(Absent):
        await crm.crm.read_deal(nobody)


async def test_an_upsert_needs_no_look(crm: CrmHarness) -> None:
    deal = await won(crm)
    await crm.crm.write_back.do(figures(deal), ticket("w"))
    assert list(await crm.crm.write_back.find(figures(deal))) == []
    assert crm.crm.write_back.is_repeatable


# -------------------------------------------------------------------- the account


async def test_a_prepared_account_wants_nothing(crm: CrmHarness) -> None:
    probe = await crm.crm.probe()
    assert (bool(probe.account), bool(probe.identity), probe.problems) == (True, True, ())
    assert list(await crm.crm.set_up(dry_run=False)) == []


# ----------------------------------------------------------------------- the wire


async def test_a_write_back_whose_answer_is_lost_is_repeated_without_harm(
    crm: CrmHarness,
) -> None:
    deal = await won(crm)
    async with crm.with_fault(Fault.LOST_REPLY) as failing:
        with pytest.raises(Uncertain):
            await failing.write_back.do(figures(deal), ticket("w"))
    written = await crm.written_back(deal)
    assert Decimal(written["contracted"]) == 13040
    await crm.crm.write_back.do(figures(deal), ticket("w", attempt=2))
    assert await crm.written_back(deal) == written


@each_fault
async def test_a_fault_says_what_can_be_done_and_that_nothing_happened(
    crm: CrmHarness, fault: Fault, failure: type[ConnectorFailure]
) -> None:
    deal = await won(crm)
    async with crm.with_fault(fault) as failing:
        with pytest.raises(failure) as raised:
            await failing.write_back.do(figures(deal), ticket("w"))
    assert bool(raised.value.pause) is (fault is Fault.THROTTLED)
    assert (await crm.written_back(deal))["contracted"] == ""


@pytest.mark.parametrize(
    ("fault", "failure"), [(Fault.DOWN, Unreachable), (Fault.LOCKED_OUT, Misconfigured)]
)
async def test_a_deal_that_cannot_be_read_says_what_can_be_done(
    crm: CrmHarness, fault: Fault, failure: type[ConnectorFailure]
) -> None:
    deal = await won(crm)
    async with crm.with_fault(fault) as failing:
        with pytest.raises(failure):
            await failing.read_deal(deal)
    assert (await crm.crm.read_deal(deal)).is_won


def _plain(deal: Deal) -> dict[str, object]:
    """A deal without the ids and links that the vendor gives."""
    facts = deal.model_dump(exclude={"id", "url", "owner", "closed_at"})
    for part in (facts["account"], *facts["contacts"], *facts["lines"]):
        del part["id"]
    return facts
