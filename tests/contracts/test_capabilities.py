"""A declared capability exists, and a vendor without it is served another way."""

import re
from contextlib import AbstractAsyncContextManager
from datetime import date
from typing import Any

import pytest

from domain.effect import Strategy
from domain.ids import MilestoneKey
from domain.invoice import InvoiceStatus
from domain.money import Money
from ports.capability import Capability
from ports.failures import Rejected
from ports.operation import Operation
from tests.contracts import pm_harness
from tests.contracts.crm_harness import CrmHarness, open_deal, won
from tests.contracts.erp_harness import (
    DATES,
    EUR_100,
    ErpHarness,
    Refused,
    crediting,
    customer,
    draft,
    drafted,
    issued,
    ticket,
)
from tests.contracts.pm_harness import DEAL, PmHarness, planned
from tests.contracts.test_crm import LONG_AGO
from tests.contracts.webhook_receiver import HasWebhook, WebhookReceiver

BY_REPEATS = {Capability.IDEMPOTENCY_KEY, Capability.UNIQUE_REFERENCE}


def needs(offered: frozenset[Capability], capability: Capability) -> None:
    if capability not in offered:
        pytest.skip(f"it does not offer: {capability}")


def lacks(offered: frozenset[Capability], capability: Capability) -> None:
    if capability in offered:
        pytest.skip(f"it offers: {capability}")


def declared(*changes: Operation[Any]) -> set[Capability]:
    """Return the members of `BY_REPEATS` that follow from the operations' idempotency."""
    repeats = [change.idempotency for change in changes]
    is_unique = any(each.strategy is Strategy.UNIQUE_REFERENCE for each in repeats)
    has_key = any(each.key_lifetime for each in repeats)
    found = {Capability.UNIQUE_REFERENCE: is_unique, Capability.IDEMPOTENCY_KEY: has_key}
    return {capability for capability, is_offered in found.items() if is_offered}


# -------------------------------------------------------- what the ledger acts by


async def test_a_crm_offers_what_its_changes_declare(crm: CrmHarness) -> None:
    role = crm.crm
    assert role.capabilities & BY_REPEATS == declared(role.write_back, role.owner_task)


async def test_a_pm_offers_what_its_changes_declare(pm: PmHarness) -> None:
    role = pm.pm
    changes = (
        role.open_project,
        role.write_charter,
        role.plan_milestones,
        role.plan_work,
        role.staff_project,
    )
    assert role.capabilities & BY_REPEATS == declared(*changes)


async def test_an_erp_offers_what_its_changes_declare(erp: ErpHarness) -> None:
    role = erp.invoicing
    assert role.capabilities & BY_REPEATS == declared(role.draft_invoice, role.credit_invoice)


# ------------------------------------------------- idempotency key, unique reference


async def test_under_one_key_a_draft_is_one_draft(erp: ErpHarness) -> None:
    if erp.invoicing.draft_invoice.idempotency.key_lifetime is None:
        pytest.skip("its drafts take no key")
    command = draft(await customer(erp))
    first = await erp.invoicing.draft_invoice.do(command, ticket("i"))
    assert (await erp.invoicing.draft_invoice.do(command, ticket("i"))).id == first.id
    assert len(await erp.invoicing.draft_invoice.find(command)) == 1


async def test_under_one_key_a_credit_is_one_credit(erp: ErpHarness) -> None:
    if erp.invoicing.credit_invoice.idempotency.key_lifetime is None:
        pytest.skip("its credits take no key")
    command = crediting(await issued(erp), await customer(erp), EUR_100)
    first = await erp.invoicing.credit_invoice.do(command, ticket("n"))
    assert (await erp.invoicing.credit_invoice.do(command, ticket("n"))).id == first.id
    assert len(await erp.invoicing.credit_invoice.find(command)) == 1


async def test_a_second_draft_is_kept_out_or_swept(erp: ErpHarness) -> None:
    """Under another key, a draft that a reference does not refuse is found and can be undone."""
    change = erp.invoicing.draft_invoice
    command = draft(await customer(erp))
    first = await change.do(command, ticket("i"))
    made = await again(change, command, ticket("i", generation=2))
    if change.idempotency.strategy is Strategy.UNIQUE_REFERENCE:
        assert made in (None, first.id)
        assert [each.id for each in await change.find(command)] == [first.id]
        return
    found = await change.find(command)
    assert [each.id for each in found] == [first.id, made]
    await change.undo(command, found[1])
    assert [each.id for each in await change.find(command)] == [first.id]


@pytest.mark.parametrize("name", ["open_project", "plan_milestones", "staff_project"])
async def test_a_unique_part_of_a_project_is_not_made_a_second_time(
    pm: PmHarness, name: str
) -> None:
    """The second attempt does not search first."""
    change: Operation[Any] = getattr(pm.pm, name)
    if change.idempotency.strategy is not Strategy.UNIQUE_REFERENCE:
        pytest.skip("a repeat is met by a look")
    plan = pm_harness.plan(people=("acc-consultant",))
    project = (await pm.pm.open_project.do(plan.opening(), pm_harness.ticket())).id
    command = {
        "open_project": plan.opening(),
        "plan_milestones": plan.milestone_plan(project),
        "staff_project": plan.staffing(project),
    }[name]
    first = await change.do(command, pm_harness.ticket())
    assert await again(change, command, pm_harness.ticket()) in (None, first.id)
    assert [each.id for each in await change.find(command)] == [first.id]
    if name == "plan_milestones":
        assert len(await pm.pm.read_milestones(DEAL, project)) == len(first.parts)


async def again(change: Operation[Any], command: Any, leave: Any) -> str | None:
    """Return the id of what a repeat made or returned; None if it was refused."""
    try:
        return (await change.do(command, leave)).id
    except Rejected:
        return None


# ------------------------------------------------------------------------ invoices


async def test_an_invoice_that_a_person_voided_is_gone(erp: ErpHarness) -> None:
    needs(erp.invoicing.capabilities, Capability.VOIDS_ISSUED)
    invoice = await issued(erp)
    await erp.void(invoice.id)
    assert (await erp.invoicing.read_invoice(invoice.id)).status is InvoiceStatus.GONE
    changed = await erp.invoicing.changed_since(LONG_AGO)
    assert [each.invoice.status for each in changed] == [InvoiceStatus.GONE]


async def test_where_nobody_voids_an_issued_invoice_it_stays(erp: ErpHarness) -> None:
    lacks(erp.invoicing.capabilities, Capability.VOIDS_ISSUED)
    invoice = await issued(erp)
    with pytest.raises(Refused):
        await erp.void(invoice.id)
    assert await erp.invoicing.read_invoice(invoice.id) == invoice


async def test_issued_numbers_follow_one_another_over_a_deleted_draft(erp: ErpHarness) -> None:
    needs(erp.invoicing.capabilities, Capability.GAPLESS_NUMBERS)
    first = await issued(erp, "m1")
    given_up = draft(await customer(erp), charge="m2")
    made = await erp.invoicing.draft_invoice.do(given_up, ticket(given_up.subject))
    between = await drafted(erp, "m3")
    await erp.invoicing.draft_invoice.undo(given_up, made)
    await erp.invoicing.issue(between)
    second, third = await erp.invoicing.read_invoice(between), await issued(erp, "m4")
    numbers = [int(re.findall(r"\d+", each.number)[-1]) for each in (first, second, third)]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]


async def test_a_date_of_supply_has_a_field_or_a_line_of_text(erp: ErpHarness) -> None:
    supplied = DATES.model_copy(update={"supplied_on": date(2026, 11, 20)})
    command = draft(await customer(erp)).model_copy(update={"dates": supplied})
    made = await erp.invoicing.draft_invoice.do(command, ticket(command.subject))
    assert (await erp.invoicing.read_invoice(made.id)).supplied_on == supplied.supplied_on
    has_field = Capability.SUPPLY_DATE in erp.invoicing.capabilities
    said = [text for text in await erp.texts(made.id) if "2026-11-20" in text]
    assert len(said) == (0 if has_field else 1)


# ---------------------------------------------------------------------- since when


async def test_an_edit_by_sales_is_reported_where_every_change_is(crm: CrmHarness) -> None:
    needs(crm.crm.capabilities, Capability.UPDATED_SINCE)
    deal = await won(crm)
    (before,) = await crm.crm.changed_since(LONG_AGO)
    await crm.revise(deal, "Pumps, phase one", Money.of(13041, "EUR"))
    changed = await crm.crm.changed_since(before.changed_at)
    assert any(each.changed_at > before.changed_at for each in changed)


async def test_a_payment_is_reported_as_a_change(erp: ErpHarness) -> None:
    needs(erp.invoicing.capabilities, Capability.UPDATED_SINCE)
    invoice = await issued(erp)
    (before,) = await erp.invoicing.changed_since(LONG_AGO)
    await erp.pay(invoice.id, EUR_100)
    (changed,) = await erp.invoicing.changed_since(before.changed_at)
    assert changed.changed_at >= before.changed_at
    assert changed.invoice.paid == EUR_100


# ----------------------------------------------------------------- told by itself


def receiving(harness: object) -> AbstractAsyncContextManager[WebhookReceiver]:
    assert isinstance(harness, HasWebhook), "give its harness a `webhook_receiver`"
    return harness.webhook_receiver()


async def test_a_won_deal_is_reported_by_a_webhook(crm: CrmHarness) -> None:
    needs(crm.crm.capabilities, Capability.WEBHOOK)
    deal = await crm.enter(open_deal())
    async with receiving(crm) as receiver:
        await crm.win(deal)
        assert await receiver.is_notified_of(deal)


async def test_a_reached_milestone_is_reported_by_a_webhook(pm: PmHarness) -> None:
    needs(pm.pm.capabilities, Capability.WEBHOOK)
    project = await pm_harness.opened(pm)
    milestones = await planned(pm, project)
    async with receiving(pm) as receiver:
        await pm.reach(project, MilestoneKey("part-2"))
        assert await receiver.is_notified_of(milestones["part-2"])


async def test_a_payment_is_reported_by_a_webhook(erp: ErpHarness) -> None:
    needs(erp.invoicing.capabilities, Capability.WEBHOOK)
    invoice = await issued(erp)
    async with receiving(erp) as receiver:
        await erp.pay(invoice.id, EUR_100)
        assert await receiver.is_notified_of(invoice.id)


# -------------------------------------------------------------------------- set-up


async def test_a_dry_run_tells_what_would_be_made_and_makes_nothing(crm: CrmHarness) -> None:
    needs(crm.crm.capabilities, Capability.DRY_RUN)
    async with crm.unprepared() as fresh:
        planned = list(await fresh.set_up(dry_run=True))
        assert planned
        assert list(await fresh.set_up(dry_run=True)) == planned
        assert list(await fresh.set_up(dry_run=False)) == planned
        assert not await fresh.set_up(dry_run=True)
