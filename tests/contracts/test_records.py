"""How every vendor lists our records: all that carry our reference, and no other."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from domain.effect import EffectKind
from domain.ids import ExternalId, Subject
from domain.money import Money
from domain.reconciliation import WrittenRevenue
from domain.vendor_record import RecordState, VendorRecord
from ports.failures import Rejected
from ports.records import Records
from tests.contracts import crm_harness, pm_harness
from tests.contracts.crm_harness import CrmHarness, asking, figures, won
from tests.contracts.erp_harness import (
    DEAL,
    EUR_100,
    NOBODY,
    ErpHarness,
    Refused,
    crediting,
    customer,
    draft,
    drafted,
    invoicing,
    issued,
    records,
    ticket,
)
from tests.contracts.pm_harness import PmHarness

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
INVOICE, CREDIT = EffectKind("erp.invoice"), EffectKind("erp.credit")
PROJECT, TASK = EffectKind("pm.project"), EffectKind("crm.task")


async def listed(
    records: Records, kind: EffectKind, since: datetime = LONG_AGO
) -> list[VendorRecord]:
    return [record async for record in records.changed_since(kind, since)]


async def test_a_draft_and_an_issued_invoice_are_listed_with_all_that_a_comparison_asks(
    erp: ErpHarness,
) -> None:
    first, second = await drafted(erp), await issued(erp, "m2")
    found = {each.id: each for each in await listed(records(erp.roles), INVOICE)}
    assert found.keys() == {first, second.id}
    assert found[first].state is RecordState.REMOVABLE
    invoice = found[second.id]
    assert (invoice.subject, invoice.deal) == (f"{DEAL}:m2:r1", DEAL)
    assert (invoice.state, invoice.name) == (RecordState.LIVE, second.number)
    assert (invoice.net, invoice.customer) == (second.net, await customer(erp))
    assert invoice.url == second.url


async def test_a_credit_note_is_listed_under_its_own_kind(erp: ErpHarness) -> None:
    invoice = await issued(erp)
    credit = crediting(invoice, await customer(erp), EUR_100)
    made = await erp.invoicing.credit_invoice.do(credit, ticket("c"))
    [note] = await listed(records(erp.roles), CREDIT)
    assert (note.id, note.subject, note.state) == (made.id, credit.subject, RecordState.LIVE)
    assert note.net == EUR_100
    assert {each.id for each in await listed(records(erp.roles), INVOICE)} == {invoice.id}


async def test_every_record_is_listed_however_small_the_pages(erp: ErpHarness) -> None:
    made = {await drafted(erp, f"m{number}") for number in range(1, 6)}
    async with erp.in_small_pages() as roles:
        found = await listed(records(roles), INVOICE)
    first = {each.id: each.changed_at for each in reversed(found)}
    assert first.keys() == made
    in_order = [first[each] for each in dict.fromkeys(each.id for each in found)]
    assert in_order == sorted(in_order)


async def test_what_did_not_change_since_is_not_listed(erp: ErpHarness) -> None:
    await drafted(erp)
    [only] = await listed(records(erp.roles), INVOICE)
    [again] = await listed(records(erp.roles), INVOICE, only.changed_at)
    assert again == only
    assert await listed(records(erp.roles), INVOICE, only.changed_at + timedelta(minutes=5)) == []


async def test_records_of_another_installation_are_neither_listed_nor_read(
    erp: ErpHarness,
) -> None:
    async with erp.of_another_installation() as roles:
        assert roles.customers
        command = draft(await customer(erp))
        theirs = await invoicing(roles).draft_invoice.do(command, ticket("theirs"))
    assert await listed(records(erp.roles), INVOICE) == []
    assert await records(erp.roles).read(INVOICE, theirs.id) is None


async def test_a_record_reads_as_it_is_listed(erp: ErpHarness) -> None:
    invoice = await issued(erp)
    [found] = await listed(records(erp.roles), INVOICE)
    assert await records(erp.roles).read(INVOICE, invoice.id) == found
    assert await records(erp.roles).read(INVOICE, NOBODY) is None


async def test_a_draft_is_removed_and_a_second_removal_changes_nothing(erp: ErpHarness) -> None:
    await drafted(erp)
    [found] = await listed(records(erp.roles), INVOICE)
    await records(erp.roles).remove(found)
    await records(erp.roles).remove(found)
    gone = await records(erp.roles).read(INVOICE, found.id)
    assert gone is None or gone.state is RecordState.GONE
    live = [
        each
        for each in await listed(records(erp.roles), INVOICE)
        if each.state is not RecordState.GONE
    ]
    assert live == []


async def test_a_draft_that_was_issued_meanwhile_is_not_removed(erp: ErpHarness) -> None:
    draft = await drafted(erp)
    [found] = await listed(records(erp.roles), INVOICE)
    await erp.invoicing.issue(draft)
    with pytest.raises(Rejected):
        await records(erp.roles).remove(found)
    assert await _state(erp, draft) is RecordState.LIVE


async def test_a_voided_invoice_is_listed_as_gone(erp: ErpHarness) -> None:
    invoice = await issued(erp)
    with suppress(Refused):
        await erp.void(invoice.id)
        assert await _state(erp, invoice.id) is RecordState.GONE
        [found] = await listed(records(erp.roles), INVOICE)
        assert found.state is RecordState.GONE


async def test_a_paid_invoice_is_live(erp: ErpHarness) -> None:
    invoice = await issued(erp)
    await erp.pay(invoice.id, invoice.gross)
    assert await _state(erp, invoice.id) is RecordState.LIVE
    paid: Money = (await erp.invoicing.read_invoice(invoice.id)).paid
    assert paid == invoice.gross


async def test_a_project_is_listed_and_read_and_one_of_another_installation_is_not(
    pm: PmHarness,
) -> None:
    ours = await pm_harness.opened(pm)
    await pm.pm.write_charter.do(pm_harness.plan().charter(ours), pm_harness.ticket())
    assert pm.roles.pm_records
    [found] = await listed(pm.roles.pm_records, PROJECT)
    assert (found.id, found.subject) == (ours, Subject(pm_harness.DEAL))
    assert (found.state, found.deal) == (RecordState.LIVE, pm_harness.DEAL)
    assert await pm.roles.pm_records.read(PROJECT, ours) == found
    assert await pm.roles.pm_records.read(PROJECT, pm_harness.NOWHERE) is None
    async with pm.of_another_installation() as roles:
        assert roles.pm_records
        assert await listed(roles.pm_records, PROJECT) == []
        assert await roles.pm_records.read(PROJECT, ours) is None


async def test_a_project_is_never_removed_by_a_reconciliation(pm: PmHarness) -> None:
    ours = await pm_harness.opened(pm)
    await pm.pm.write_charter.do(pm_harness.plan().charter(ours), pm_harness.ticket())
    assert pm.roles.pm_records
    [found] = await listed(pm.roles.pm_records, PROJECT)
    with pytest.raises(Rejected):
        await pm.roles.pm_records.remove(found)
    assert await pm.roles.pm_records.read(PROJECT, ours)


async def test_an_open_task_is_listed_until_it_is_removed(crm: CrmHarness) -> None:
    if crm.roles.crm_records is None:
        pytest.skip("it cannot list our tasks")
    deal = await won(crm)
    command = asking(deal)
    made = await crm.crm.owner_task.do(command, crm_harness.ticket("t"))
    await crm.wait(timedelta(seconds=10))
    [found] = await listed(crm.roles.crm_records, TASK)
    assert (found.id, found.subject) == (made.id, command.subject)
    assert (found.state, found.deal) == (RecordState.REMOVABLE, deal)
    assert await crm.roles.crm_records.read(TASK, made.id) == found
    await crm.roles.crm_records.remove(found)
    await crm.roles.crm_records.remove(found)
    assert await crm.tasks(deal) == []
    gone = await crm.roles.crm_records.read(TASK, made.id)
    assert gone
    assert gone.state is RecordState.GONE


async def test_the_figures_on_a_deal_read_as_they_were_written(crm: CrmHarness) -> None:
    deal = await won(crm)
    command = figures(deal)
    await crm.crm.write_back.do(command, crm_harness.ticket("w"))
    assert crm.roles.crm_revenue
    assert command.contracted
    assert command.billed
    assert command.paid
    assert await crm.roles.crm_revenue.revenue(deal) == WrittenRevenue(
        contracted=command.contracted.amount,
        billed=command.billed.amount,
        paid=command.paid.amount,
    )
    assert await crm.roles.crm_revenue.revenue(crm.unknown()) is None
    async with crm.of_another_installation() as roles:
        assert roles.crm_revenue
        assert await roles.crm_revenue.revenue(deal) is None


async def _state(erp: ErpHarness, invoice: ExternalId) -> RecordState:
    found = await records(erp.roles).read(INVOICE, invoice)
    assert found
    return found.state
