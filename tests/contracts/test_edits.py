"""What a person changed is not overwritten by us."""

from contextlib import suppress

import pytest

from domain.money import Money
from ports.failures import Rejected
from tests.contracts import pm_harness
from tests.contracts.crm_harness import CrmHarness, figures, link, ticket, won
from tests.contracts.erp_harness import ErpHarness, drafted
from tests.contracts.pm_harness import PmHarness, opened, planned


async def test_what_sales_edit_between_our_read_and_our_write_stays(crm: CrmHarness) -> None:
    deal = await won(crm)
    await crm.crm.read_deal(deal)
    value = Money.of("12999.90", "EUR")
    await crm.revise(deal, "Pumps, phase one", value)
    await crm.crm.write_back.do(figures(deal), ticket("w"))
    await crm.crm.write_back.undo(link(deal), await crm.crm.write_back.do(link(deal), ticket("l")))
    read, written = await crm.crm.read_deal(deal), await crm.written_back(deal)
    assert (read.name, read.value) == ("Pumps, phase one", value)
    assert written["stage"] == "delivery"
    assert float(written["contracted"]) == 13040


@pytest.mark.parametrize("part", ["charter", "milestones", "work"])
async def test_what_people_wrote_on_a_project_stays_when_we_repeat(
    pm: PmHarness, part: str
) -> None:
    plan, project = pm_harness.plan(), await opened(pm)
    versions = await planned(pm, project)
    if part == "charter":
        made = await pm.pm.write_charter.do(plan.charter(project), pm_harness.ticket())
        is_there = await pm.edit(part, made)
        await pm.pm.write_charter.do(plan.charter(project), pm_harness.ticket(2))
    elif part == "milestones":
        made = await pm.pm.plan_milestones.do(plan.milestone_plan(project), pm_harness.ticket(2))
        is_there = await pm.edit(part, made)
        assert (
            await pm.pm.plan_milestones.do(plan.milestone_plan(project), pm_harness.ticket(3))
            == made
        )
    else:
        made = await pm.pm.plan_work.do(plan.work(project, versions), pm_harness.ticket())
        is_there = await pm.edit(part, made)
        assert await pm.pm.plan_work.do(plan.work(project, versions), pm_harness.ticket(2)) == made
    assert await is_there()


async def test_a_charter_that_people_rewrote_is_closed_without_losing_their_words(
    pm: PmHarness,
) -> None:
    plan, project = pm_harness.plan(), await opened(pm)
    made = await pm.pm.write_charter.do(plan.charter(project), pm_harness.ticket())
    is_there = await pm.edit("charter", made)
    await pm.pm.write_charter.do(plan.charter(project, is_closed=True), pm_harness.ticket())
    assert await is_there()


async def test_what_an_accountant_changed_on_a_draft_is_issued_with_it_or_not_at_all(
    erp: ErpHarness,
) -> None:
    invoice = await drafted(erp)
    is_there = await erp.annotate(invoice)
    with suppress(Rejected):
        await erp.invoicing.issue(invoice)
    assert await is_there()
