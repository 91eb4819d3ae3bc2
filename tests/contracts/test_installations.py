"""Two installations share an account at every vendor and never touch each other's records.

Both carry a deal with the same id, so that all their subjects are the same.
"""

from datetime import UTC, datetime, timedelta

import pytest

from domain.effect import Receipt
from domain.ids import ExternalId
from domain.invoice import InvoiceStatus
from ports.failures import Rejected
from tests.contracts import crm_harness, erp_harness, pm_harness
from tests.contracts.crm_harness import CrmHarness, asking, figures, link, won
from tests.contracts.erp_harness import ACCOUNT, EUR_100, ErpHarness, crediting, draft, opening
from tests.contracts.pm_harness import DEAL, PmHarness, plan
from tests.contracts.test_time import knowing
from tests.references import OURS

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def test_a_draft_of_another_installation_is_neither_found_nor_adopted(
    erp: ErpHarness,
) -> None:
    command = draft(await erp_harness.customer(erp))
    ours = await erp.invoicing.draft_invoice.do(command, erp_harness.ticket("ours"))
    async with erp.of_another_installation() as roles:
        theirs = erp_harness.invoicing(roles).draft_invoice
        assert not await theirs.find(command)
        made = await theirs.do(command, erp_harness.ticket("theirs"))
        assert made.id != ours.id
        await theirs.undo(command, made)
        assert not await theirs.find(command)
    assert [each.id for each in await erp.invoicing.draft_invoice.find(command)] == [ours.id]
    assert (await erp.invoicing.read_invoice(ours.id)).status is InvoiceStatus.DRAFT


async def test_a_poll_reads_no_invoice_of_another_installation(erp: ErpHarness) -> None:
    ours = await erp_harness.issued(erp)
    async with erp.of_another_installation() as roles:
        theirs = erp_harness.invoicing(roles)
        assert await theirs.changed_since(LONG_AGO) == []
        command = draft(await erp_harness.customer(erp))
        made = await theirs.draft_invoice.do(command, erp_harness.ticket("theirs"))
        await theirs.issue(made.id)
        assert [each.invoice.id for each in await theirs.changed_since(LONG_AGO)] == [made.id]
    read = await erp.invoicing.changed_since(LONG_AGO)
    assert {(each.subject, each.invoice.id) for each in read} == {(command.subject, ours.id)}


async def test_a_credit_note_of_another_installation_is_not_found(erp: ErpHarness) -> None:
    invoice = await erp_harness.issued(erp)
    command = crediting(invoice, await erp_harness.customer(erp), EUR_100)
    await erp.invoicing.credit_invoice.do(command, erp_harness.ticket("n"))
    assert await erp.invoicing.credit_invoice.find(command)
    async with erp.of_another_installation() as roles:
        assert not await erp_harness.invoicing(roles).credit_invoice.find(command)


async def test_a_customer_of_another_installation_is_known_by_its_numbers_and_not_by_a_key(
    erp: ErpHarness,
) -> None:
    command = opening()
    ours = await erp.customers.open_customer.do(command, erp_harness.ticket("c"))
    async with erp.of_another_installation() as roles:
        assert roles.customers
        assert not await roles.customers.open_customer.find(command)
        found = await roles.customers.find_customers(ACCOUNT)
        assert [(each.id, each.key) for each in found] == [(ours.id, "")]


async def test_a_project_of_another_installation_is_neither_found_nor_adopted(
    pm: PmHarness,
) -> None:
    ours = await pm_harness.opened(pm)
    async with pm.of_another_installation() as roles:
        assert roles.pm
        opening = plan().opening()
        assert not await roles.pm.open_project.find(opening)
        theirs = await roles.pm.open_project.do(opening, pm_harness.ticket())
        assert theirs.id != ours
        await roles.pm.open_project.undo(opening, theirs)
    assert [each.id for each in await pm.pm.open_project.find(plan().opening())] == [ours]


async def test_the_parts_of_another_installation_are_neither_kept_nor_read(pm: PmHarness) -> None:
    """A project that both of them know, such as one that a person moved parts into."""
    project = await pm_harness.opened(pm)
    milestones = await pm_harness.planned(pm, project)
    work = plan().work(project, milestones)
    await pm.pm.plan_work.do(work, pm_harness.ticket())
    await pm.book(project, "w.1", 120, pm_harness.START)
    async with pm.of_another_installation() as roles:
        assert roles.pm
        assert not await roles.pm.plan_milestones.find(plan().milestone_plan(project))
        assert not await roles.pm.plan_work.find(work)
        assert not await roles.pm.read_milestones(DEAL, project)
        found = await roles.pm.time_since(LONG_AGO, knowing())
        assert {each.work for each in found.entries} == {""}


async def test_a_task_of_another_installation_is_not_found(crm: CrmHarness) -> None:
    deal = await won(crm)
    command = asking(deal)
    await crm.crm.owner_task.do(command, crm_harness.ticket("t"))
    async with crm.of_another_installation() as roles:
        assert roles.crm
        assert not await roles.crm.owner_task.find(command)
        theirs = await roles.crm.owner_task.do(command, crm_harness.ticket("t"))
        await roles.crm.owner_task.undo(command, theirs)
    assert await crm.tasks(deal) == [command.title]


async def test_a_deal_that_another_installation_carries_is_not_polled_nor_written_to(
    crm: CrmHarness,
) -> None:
    deal = await won(crm)
    await crm.crm.write_back.do(link(deal), crm_harness.ticket("w"))
    written = await crm.written_back(deal)
    await crm.wait(timedelta(seconds=10))
    async with crm.of_another_installation() as roles:
        assert roles.crm
        assert deal not in {each.deal for each in await roles.crm.changed_since(LONG_AGO)}
        (finding,) = (await roles.crm.read_deal(deal)).unreadable
        assert f"another installation of Cashward carries {deal}" in finding.problem
        with pytest.raises(Rejected, match="another installation"):
            await roles.crm.write_back.do(figures(deal), crm_harness.ticket("w"))
        await roles.crm.write_back.undo(link(deal), Receipt(id=ExternalId(deal)))
    assert await crm.written_back(deal) == written
    assert deal in {each.deal for each in await crm.crm.changed_since(LONG_AGO)}


async def test_a_crm_account_names_every_installation_that_prepared_it(crm: CrmHarness) -> None:
    await crm.crm.set_up(dry_run=False)
    async with crm.of_another_installation() as roles:
        assert roles.crm
        assert roles.other_installations
        assert await roles.other_installations() == {OURS.installation}
        await roles.crm.set_up(dry_run=False)
        assert not await roles.crm.set_up(dry_run=False)
        assert await roles.other_installations() == {OURS.installation}
    assert not await crm.crm.set_up(dry_run=False)


async def test_a_pm_names_an_installation_that_has_a_project_in_it(pm: PmHarness) -> None:
    if type(pm).__name__.startswith("Memory"):
        pytest.skip("in memory the CRM tells, for all systems")
    async with pm.of_another_installation() as roles:
        assert roles.pm
        assert roles.other_installations
        assert await roles.other_installations() == frozenset()
        charter = plan().charter(await pm_harness.opened(pm))
        await pm.pm.write_charter.do(charter, pm_harness.ticket())
        assert await roles.other_installations() == {OURS.installation}
        theirs = await roles.pm.open_project.do(plan().opening(), pm_harness.ticket())
        assert await roles.other_installations() == {OURS.installation}
        await roles.pm.open_project.undo(plan().opening(), theirs)


async def test_books_name_an_installation_that_made_documents_in_them(erp: ErpHarness) -> None:
    if type(erp).__name__.startswith("Memory"):
        pytest.skip("in memory the CRM tells, for all systems")
    async with erp.of_another_installation() as roles:
        assert roles.other_installations
        assert await roles.other_installations() == frozenset()
        await erp_harness.drafted(erp)
        assert await roles.other_installations() == {OURS.installation}
        command = draft(await erp_harness.customer(erp))
        await erp_harness.invoicing(roles).draft_invoice.do(command, erp_harness.ticket("theirs"))
        assert await roles.other_installations() == {OURS.installation}
