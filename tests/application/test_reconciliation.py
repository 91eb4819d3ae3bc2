"""Reconciliation of real records: what is mended by itself, and what waits for a person."""

from datetime import UTC, datetime, timedelta

from activities.polls import is_news
from activities.revenue_reconciliation import RECORD, RevenueReconciliation
from connectors.memory.records import CrmRevenue
from connectors.memory.world import Project, Task
from domain.actor import CASHWARD
from domain.attention import Action, Attention
from domain.contract import Policy
from domain.effect import EffectState
from domain.event import RevenueStale
from domain.ids import ChargeId, DealId, ExternalId, Subject
from domain.invoice import Invoice, InvoiceStatus
from domain.money import Money
from domain.reconciliation import DiscrepancyKind
from domain.responsibility import Party
from domain.stage import Stage
from tests.actors import GRACE
from tests.deals import small_deal
from tests.lost_records import forget
from tests.references import OURS
from tests.world import World, until, until_awaited
from workflows import workflow_ids

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def plant(world: World, like: Invoice, status: InvoiceStatus) -> ExternalId:
    """Put another document with the same reference into the ERP."""
    id_ = world.systems.next_id("I")
    world.systems.references[id_] = like.reference
    number = world.systems.next_number() if status is InvoiceStatus.ISSUED else ""
    changes = {"id": id_, "status": status, "number": number, "paid": like.paid - like.paid}
    world.systems.keep(like.model_copy(update=changes))
    return id_


async def issued(world: World, deal: DealId) -> Invoice:
    invoice: Invoice = await until(lambda: world.issued(deal, "design"))
    await until_awaited(lambda: _is_recorded(world, deal))
    return invoice


async def _is_recorded(world: World, deal: DealId) -> bool:
    bill = await world.store.billing_ledger.find_bill(
        workflow_ids.subject_of(deal, ChargeId("design"))
    )
    return bill is not None and bill.proof is not None


async def found(world: World, deal: DealId, *, dry_run: bool = False) -> dict[ExternalId, str]:
    """Reconcile, and return the outcome for each record of the deal."""
    reconciliation = world.application.reconciliation
    if dry_run:
        result = await reconciliation.preview(LONG_AGO)
    else:
        result = await reconciliation.reconcile(GRACE, LONG_AGO)
    return {
        each.discrepancy.record.id: f"{each.discrepancy.kind}: {each.outcome}"
        for report in result.reports
        for each in report.found
        if each.discrepancy.deal == deal
    }


async def waiting(world: World, deal: DealId) -> list[Attention]:
    filed = await world.store.attention_queue.list_of_run("reconcile:erp")
    ours = (each.attention for each in filed if each.decision is None)
    return [each for each in ours if each.deal == deal]


async def test_records_that_agree_are_no_discrepancy(world: World) -> None:
    mine = small_deal("agree")
    await world.win(mine)
    await world.reach(mine.id, "design")
    await issued(world, mine.id)
    assert await found(world, mine.id) == {}


async def test_a_draft_that_nobody_elected_is_removed_with_an_entry_in_the_audit_trail(
    world: World,
) -> None:
    mine = small_deal("stray")
    await world.win(mine)
    await world.reach(mine.id, "design")
    invoice = await issued(world, mine.id)
    stray = plant(world, invoice, InvoiceStatus.DRAFT)
    assert await found(world, mine.id, dry_run=True) == {stray: "second-record: would remove it"}
    assert world.systems.invoice(stray).status is InvoiceStatus.DRAFT

    assert await found(world, mine.id) == {stray: "second-record: removed"}
    assert world.systems.invoice(stray).status is InvoiceStatus.GONE
    trail = await world.application.queries.audit_trail(mine.id)
    removal = f"{invoice.reference.split(':', 2)[2]}:{stray}"
    states = [entry.to_state for entry in trail if entry.key == removal]
    assert states == ["in_flight", "confirmed"]
    assert await found(world, mine.id) == {}


async def test_a_second_document_waits_for_finance_until_it_is_voided(world: World) -> None:
    mine = small_deal("second")
    await world.win(mine)
    await world.reach(mine.id, "design")
    second = plant(world, await issued(world, mine.id), InvoiceStatus.ISSUED)
    assert await found(world, mine.id) == {second: "second-record: asked finance"}
    assert await found(world, mine.id) == {second: "second-record: asked finance"}
    [attention] = await waiting(world, mine.id)
    assert (attention.responsible, attention.kind) == ((Party.FINANCE,), DiscrepancyKind.SECOND)
    assert world.systems.invoice(second).status is InvoiceStatus.ISSUED

    world.systems.void(second)
    assert await found(world, mine.id) == {}
    assert await waiting(world, mine.id) == []


async def test_a_draft_that_somebody_deleted_is_reported_as_lost(world: World) -> None:
    mine = small_deal("lost")
    await world.win(mine, Policy(approve_above=Money.of("1.00", "EUR")))
    await world.reach(mine.id, "design")
    await until_awaited(lambda: world.has_draft(mine.id))
    [draft] = world.invoices(mine.id)
    await until_awaited(lambda: _is_confirmed(world, mine.id))
    del world.systems.invoices[draft.id]
    assert await found(world, mine.id) == {draft.id: "lost: asked finance"}
    world.systems.keep(draft)
    assert await found(world, mine.id) == {}
    assert await waiting(world, mine.id) == []


async def test_a_withdrawn_bill_whose_draft_lands_late_leaves_no_draft(world: World) -> None:
    mine = small_deal("late")
    handle = await world.win(mine, Policy(approve_above=Money.of("1.00", "EUR")))
    await world.reach(mine.id, "design")
    await until_awaited(lambda: world.has_draft(mine.id))
    [draft] = world.invoices(mine.id)
    await world.cancel(mine.id)
    await handle.result()
    late = plant(world, draft, InvoiceStatus.DRAFT)
    assert await found(world, mine.id) == {late: "unelected: removed"}
    assert world.systems.invoice(late).status is InvoiceStatus.GONE


async def test_what_no_run_knows_waits_for_a_person(world: World) -> None:
    mine = small_deal("unknown")
    await world.win(mine)
    await world.reach(mine.id, "design")
    invoice = await issued(world, mine.id)
    nobody = DealId("memory:never-heard-of")
    reference = invoice.reference.replace(mine.id, nobody)
    alien = plant(world, invoice.model_copy(update={"reference": reference}), InvoiceStatus.DRAFT)
    assert await found(world, nobody) == {alien: "unrecorded: asked finance"}
    assert world.systems.invoice(alien).status is InvoiceStatus.DRAFT
    world.systems.void(alien)
    assert await found(world, nobody) == {}


async def test_the_command_is_in_the_audit_trail_and_a_dry_run_is_not(world: World) -> None:
    before = len(await _commands(world))
    await world.application.reconciliation.preview(LONG_AGO)
    assert len(await _commands(world)) == before
    await world.application.reconciliation.reconcile(GRACE, LONG_AGO)
    [*_, last] = await _commands(world)
    assert last == (GRACE.subject, "accepted")
    assert CASHWARD.subject != GRACE.subject


async def _commands(world: World) -> list[tuple[str, str]]:
    trail = await world.application.queries.audit_trail(DealId(""))
    return [(entry.actor, entry.outcome) for entry in trail if entry.command == "reconcile"]


async def _is_confirmed(world: World, deal: DealId) -> bool:
    subject = workflow_ids.subject_of(deal, ChargeId("design"))
    effect = await world.effect("erp.invoice", subject)
    return effect is not None and effect.state is EffectState.CONFIRMED


async def test_a_record_in_the_crm_that_tells_other_sums_is_written_again(world: World) -> None:
    mine = small_deal("stale")
    handle = await world.win(mine)
    await world.carry_to_cash(mine.id)
    await handle.result()
    right = world.systems.records[mine.id]
    wrong = right.model_copy(update={"paid": Money.zero("EUR"), "billed": Money.of(7, "EUR")})
    world.systems.records[mine.id] = wrong
    records = _settled_revenue(world)
    report = await records.reconcile(RECORD, LONG_AGO, dry_run=False)
    [stale] = [each for each in report.found if each.discrepancy.deal == mine.id]
    assert stale.discrepancy.kind is DiscrepancyKind.STALE
    assert "billed reads 7" in stale.discrepancy.why

    async def is_right() -> bool:
        record = world.systems.records[mine.id]
        return (record.billed, record.paid) == (right.billed, right.paid)

    await until_awaited(is_right)
    again = await records.reconcile(RECORD, LONG_AGO, dry_run=True)
    assert mine.id not in {each.discrepancy.deal for each in again.found}


async def test_a_repair_does_not_hide_a_payment_from_the_run_that_waits_for_it(
    world: World,
) -> None:
    mine = small_deal("repaired")
    handle = await world.win(mine)
    await world.reach(mine.id, "design")
    invoice = await issued(world, mine.id)
    world.systems.pay(invoice.id, invoice.outstanding)
    await world.dispatcher.revenue_stale(RevenueStale(deal=mine.id, occasion="a poll was late"))
    await world.client.get_workflow_handle(workflow_ids.repair_run(mine.id)).result()
    bill = await world.store.billing_ledger.find_bill(
        workflow_ids.subject_of(mine.id, ChargeId("design"))
    )
    [paid] = world.invoices(mine.id)
    assert bill
    assert is_news(bill, paid)
    await world.ring_invoice(mine.id, "design")
    assert (await handle.result()).stage is Stage.CLOSED


async def test_sums_in_the_crm_are_not_replaced_by_those_of_an_older_backup(
    world: World, database_url: str
) -> None:
    mine = small_deal("older-sums")
    handle = await world.win(mine)
    await world.carry_to_cash(mine.id)
    await handle.result()
    right = world.systems.records[mine.id]
    forget(database_url, mine.id, only_bills=True)
    report = await _settled_revenue(world).reconcile(RECORD, LONG_AGO, dry_run=False)
    [stale] = [each for each in report.found if each.discrepancy.deal == mine.id]
    assert stale.outcome == "its run records again, and then writes"
    await world.client.get_workflow_handle(workflow_ids.record_run(mine.id)).result()
    record = world.systems.records[mine.id]
    assert (record.billed, record.paid) == (right.billed, right.paid)
    assert mine.id not in {
        each.discrepancy.deal
        for each in (await _settled_revenue(world).reconcile(RECORD, LONG_AGO, dry_run=True)).found
    }


def _settled_revenue(world: World) -> RevenueReconciliation:
    """Return the reconciliation of the CRM by a clock for which all has settled."""
    revenue = CrmRevenue(world.systems, OURS)
    return RevenueReconciliation(
        revenue,
        world.store.effect_ledger,
        world.store.billing_ledger,
        world.dispatcher,
        lambda: datetime.now(UTC) + timedelta(hours=1),
    )


async def test_a_record_that_was_just_written_is_left_for_later(world: World) -> None:
    mine = small_deal("fresh")
    handle = await world.win(mine)
    await world.carry_to_cash(mine.id)
    await handle.result()
    world.systems.records[mine.id] = world.systems.records[mine.id].model_copy(
        update={"paid": Money.zero("EUR")}
    )
    assert await found(world, mine.id) == {}


async def test_a_task_that_landed_after_its_run_went_on_is_closed(world: World) -> None:
    mine = small_deal("task", scope="")
    await world.win(mine)
    [asked] = await until(lambda: world.open_tasks(mine.id))
    [task] = [n for n, each in world.systems.tasks.items() if each.command == asked]
    world.systems.add(mine.model_copy(update={"scope": "All of it", "is_won": True}))
    await world.decide(workflow_ids.handoff_run(mine.id), Action.RETRY)
    await until(lambda: not world.open_tasks(mine.id))
    late = world.systems.next_id("A")
    world.systems.references[late] = world.systems.references[task]
    world.systems.made_at[late] = world.systems.made_at[task]
    world.systems.tasks[late] = Task(command=asked)
    await until_awaited(lambda: _is_reversed(world, asked.subject))
    assert await found(world, mine.id) == {late: "unelected: removed"}
    assert world.open_tasks(mine.id) == []


async def _is_reversed(world: World, subject: Subject) -> bool:
    effect = await world.effect("crm.task", subject)
    return effect is not None and effect.state is EffectState.REVERSED


async def test_a_second_project_waits_for_the_delivery_manager(world: World) -> None:
    mine = small_deal("project")
    await world.win(mine)
    first = await until(lambda: world.planned_project(mine.id))
    second = world.systems.next_id("P")
    world.systems.references[second] = world.systems.references[first]
    world.systems.made_at[second] = world.systems.made_at[first]
    world.systems.projects[second] = Project(
        id=second, opening=world.systems.project(first).opening
    )
    assert await found(world, mine.id) == {second: "second-record: asked delivery manager"}
    del world.systems.projects[second]
    assert await found(world, mine.id) == {}
