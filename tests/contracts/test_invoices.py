"""What every ERP must do with invoices: drafted once, issued once, read to the cent."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from connectors.memory import Fault
from domain.invoice import InvoiceStatus
from domain.money import Money
from domain.tax import TaxTreatment, tax_on, tax_rule
from ports.failures import Absent, Rejected, Uncertain
from tests.contracts.erp_harness import (
    DEAL,
    EUR_100,
    NOBODY,
    VAT,
    ErpHarness,
    customer,
    draft,
    drafted,
    invoicing,
    issued,
    ticket,
)
from tests.references import OURS

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def test_a_draft_made_twice_is_one_draft(erp: ErpHarness) -> None:
    command = draft(await customer(erp))
    change = erp.invoicing.draft_invoice
    first = await change.do(command, ticket("i"))
    found = await change.find(command)
    assert [made.id for made in found] == [first.id]
    if change.idempotency.key_lifetime:
        assert (await change.do(command, ticket("i", attempt=2))).id == first.id


@pytest.mark.parametrize(
    "amounts",
    [
        ("1033.33", "1033.33", "1033.33"),
        ("0.01",),
        ("25.06", "25.61", "25.63"),
        ("99999999.99",),
        ("0.50", "1.50", "2.50"),
    ],
)
async def test_an_invoice_reads_back_to_the_cent(erp: ErpHarness, amounts: tuple[str, ...]) -> None:
    nets = [Money.of(amount, "EUR") for amount in amounts]
    command = draft(await customer(erp), *nets)
    made = await erp.invoicing.draft_invoice.do(command, ticket("i"))
    read = await erp.invoicing.read_invoice(made.id)
    tax = tax_on(nets, VAT, erp.invoicing.tax_rounding)
    assert (read.net, read.tax, read.gross) == (command.net, tax, command.net + tax)
    assert read.customer == command.customer
    assert (read.reference, read.status) == (OURS.of(command.subject), InvoiceStatus.DRAFT)
    assert read.is_dated(command.dates)
    assert read.paid == read.credited == Money.zero("EUR")


@pytest.mark.parametrize("treatment", list(TaxTreatment))
async def test_every_treatment_is_taxed_at_its_rate(
    erp: ErpHarness, treatment: TaxTreatment
) -> None:
    rule = tax_rule(treatment, standard_rate=Decimal(23))
    command = draft(await customer(erp), EUR_100, tax=rule)
    made = await erp.invoicing.draft_invoice.do(command, ticket("i"))
    assert (await erp.invoicing.read_invoice(made.id)).tax == EUR_100.share(rule.rate)


async def test_yen_stay_whole(erp: ErpHarness) -> None:
    command = draft(await customer(erp), Money.of(1005, "JPY"), Money.of(333, "JPY"))
    made = await erp.invoicing.draft_invoice.do(command, ticket("i"))
    read = await erp.invoicing.read_invoice(made.id)
    nets = [line.net for line in command.lines]
    assert read.tax == tax_on(nets, VAT, erp.invoicing.tax_rounding)


async def test_an_invoice_is_found_by_its_whole_reference(erp: ErpHarness) -> None:
    await drafted(erp, "m10")
    mine = await drafted(erp, "m1")
    found = await erp.invoicing.draft_invoice.find(draft(NOBODY, charge="m1"))
    assert [made.id for made in found] == [mine]
    assert not await erp.invoicing.draft_invoice.find(draft(NOBODY, charge="m2"))


async def test_a_draft_taken_back_twice_is_gone_once(erp: ErpHarness) -> None:
    command = draft(await customer(erp))
    made = await erp.invoicing.draft_invoice.do(command, ticket("i"))
    await erp.invoicing.draft_invoice.undo(command, made)
    await erp.invoicing.draft_invoice.undo(command, made)
    assert not await erp.invoicing.draft_invoice.find(command)


async def test_an_issued_invoice_is_not_let_go(erp: ErpHarness) -> None:
    invoice = await issued(erp)
    command = draft(NOBODY)
    made = (await erp.invoicing.draft_invoice.find(command))[0]
    with pytest.raises(Rejected, match="credit"):
        await erp.invoicing.draft_invoice.undo(command, made)
    assert (await erp.invoicing.read_invoice(invoice.id)).status is InvoiceStatus.ISSUED


async def test_issuing_twice_issues_once(erp: ErpHarness) -> None:
    first = await issued(erp)
    await erp.invoicing.issue(first.id)
    assert await erp.invoicing.read_invoice(first.id) == first
    assert first.status is InvoiceStatus.ISSUED
    assert first.number


async def test_a_paid_invoice_is_issued_already(erp: ErpHarness) -> None:
    invoice = await issued(erp)
    await erp.pay(invoice.id, invoice.gross)
    await erp.invoicing.issue(invoice.id)
    assert (await erp.invoicing.read_invoice(invoice.id)).status is InvoiceStatus.PAID


async def test_a_deleted_draft_cannot_be_issued(erp: ErpHarness) -> None:
    command = draft(await customer(erp))
    made = await erp.invoicing.draft_invoice.do(command, ticket("i"))
    await erp.invoicing.draft_invoice.undo(command, made)
    with pytest.raises(Rejected):
        await erp.invoicing.issue(made.id)


async def test_an_unknown_invoice_is_absent(erp: ErpHarness) -> None:
    with pytest.raises(Absent):
        await erp.invoicing.read_invoice(NOBODY)
    with pytest.raises(Absent):
        await erp.invoicing.issue(NOBODY)


async def test_an_invoice_for_nobody_is_refused(erp: ErpHarness) -> None:
    with pytest.raises(Rejected):
        await erp.invoicing.draft_invoice.do(draft(NOBODY), ticket("i"))
    assert not await erp.invoicing.draft_invoice.find(draft(NOBODY))


async def test_money_that_comes_in_parts_adds_up(erp: ErpHarness) -> None:
    invoice = await issued(erp)
    await erp.pay(invoice.id, EUR_100)
    part = await erp.invoicing.read_invoice(invoice.id)
    assert (part.status, part.paid) == (InvoiceStatus.ISSUED, EUR_100)
    await erp.pay(invoice.id, part.outstanding)
    whole = await erp.invoicing.read_invoice(invoice.id)
    assert (whole.status, whole.paid) == (InvoiceStatus.PAID, invoice.gross)
    assert whole.outstanding == Money.zero("EUR")


async def test_documents_are_returned_oldest_change_first_and_drafts_are_not(
    erp: ErpHarness,
) -> None:
    first, second = await issued(erp, "m1"), await issued(erp, "m2")
    await drafted(erp, "m3")
    await erp.pay(first.id, EUR_100)
    changed = await erp.invoicing.changed_since(LONG_AGO)
    assert [change.invoice.id for change in changed] == [second.id, first.id]
    assert changed[-1].invoice == await erp.invoicing.read_invoice(first.id)
    assert all(change.subject.startswith(DEAL) for change in changed)


async def test_a_change_at_the_very_moment_is_reported(erp: ErpHarness) -> None:
    invoice = await issued(erp)
    (change,) = await erp.invoicing.changed_since(LONG_AGO)
    again = await erp.invoicing.changed_since(change.changed_at)
    assert [each.invoice.id for each in again] == [invoice.id]
    later = change.changed_at + timedelta(minutes=1)
    assert not await erp.invoicing.changed_since(later)


async def test_a_probe_names_the_company_and_wants_nothing(erp: ErpHarness) -> None:
    probe = await erp.invoicing.probe()
    assert probe.account
    assert probe.identity
    assert probe.problems == ()


async def test_a_draft_whose_answer_is_lost_is_found_exactly_once(erp: ErpHarness) -> None:
    command = draft(await customer(erp))
    async with erp.with_fault(Fault.LOST_REPLY) as roles:
        with pytest.raises(Uncertain):
            await invoicing(roles).draft_invoice.do(command, ticket("i"))
    assert len(await erp.invoicing.draft_invoice.find(command)) == 1


async def test_an_issue_whose_answer_is_lost_is_repeated_without_harm(erp: ErpHarness) -> None:
    invoice = await drafted(erp)
    async with erp.with_fault(Fault.LOST_REPLY) as roles:
        with pytest.raises(Uncertain):
            await invoicing(roles).issue(invoice)
    await erp.invoicing.issue(invoice)
    assert (await erp.invoicing.read_invoice(invoice)).status is InvoiceStatus.ISSUED
