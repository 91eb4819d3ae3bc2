"""Runs that wait for weeks, on a Temporal whose clock skips."""

import sysconfig
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL
from temporalio.api.enums.v1 import EventType, IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from connectors.memory import Fault
from domain.baseline import Baseline
from domain.bill import Bill, BillResult
from domain.charge import ChargeState
from domain.contract import contract_of
from domain.deal import Deal
from domain.event import InvoiceChanged
from domain.ids import ChargeId, EventId
from tests.deals import POLICY, deal
from tests.postgres import fresh_database
from tests.world import World, open_world, until, until_awaited
from workflows import search_attributes, workflow_ids
from workflows.milestone_billing import MilestoneBilling

WEEKS = timedelta(days=45)  # payment is due after 30 days
MONTH = timedelta(days=30)
LOOKS_AGAIN = timedelta(minutes=5)
ONCE_MORE = 100  # events in which a run goes on once its system is back


@pytest.fixture
async def swift() -> AsyncIterator[WorkflowEnvironment]:
    """A Temporal whose clock skips to the next timer."""
    server = Path(sysconfig.get_path("scripts")) / "temporal-test-server"
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(server)
    ) as environment:
        types = {
            each.name: IndexedValueType.ValueType(each.indexed_value_type)
            for each in search_attributes.ALL
        }
        await environment.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(search_attributes=types)
        )
        yield environment


@pytest.fixture
async def world(swift: WorkflowEnvironment, postgres: URL) -> AsyncIterator[World]:
    with fresh_database(postgres) as database:
        async with open_world(swift, database) as opened:
            yield opened


async def _bill(world: World, of: Deal) -> WorkflowHandle[MilestoneBilling, BillResult]:
    """Bill the first charge of a contract, as the deal does."""
    world.systems.add(of)
    contract = contract_of(of, POLICY)
    await world.store.billing_ledger.agree(
        Baseline.of(contract),
        now=datetime.now(UTC),
    )
    customer = world.add_customer(contract.account.name)
    bill = Bill(
        deal=of.id,
        deal_name=contract.name,
        url=contract.url,
        owner="",
        customer_key=contract.customer,
        customer=customer,
        key=contract.charges[0].id,
        charges=contract.charges[:1],
        tax=contract.tax_on(contract.charges[0].tax_class, contract.charges[0].due),
        seller=contract.seller,
        payment_terms=contract.payment_terms,
        approve_above=None,
    )
    return await world.client.start_workflow(
        MilestoneBilling.run,
        bill,
        id=workflow_ids.billing_run(bill.subject),
        task_queue=world.queue,
    )


async def test_an_unreported_payment_is_seen_the_day_after_it_was_due(
    world: World,
) -> None:
    mine = deal("untold")
    handle = await _bill(world, mine)
    invoice = await until(lambda: world.issued(mine.id, "design"))
    world.systems.pay(invoice.id, invoice.outstanding)

    billed = await handle.result()  # the clock skips to the timer
    assert billed.standing.state is ChargeState.PAID
    assert await _timers(handle, EventType.EVENT_TYPE_TIMER_FIRED) == 1


async def test_an_overdue_invoice_is_looked_at_once_and_then_waits_for_news(
    world: World, swift: WorkflowEnvironment
) -> None:
    mine = deal("overdue")
    handle = await _bill(world, mine)
    invoice = await until(lambda: world.issued(mine.id, "design"))
    await until_awaited(lambda: _timers(handle, EventType.EVENT_TYPE_TIMER_STARTED))
    await swift.sleep(WEEKS)
    assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
    assert await _timers(handle, EventType.EVENT_TYPE_TIMER_FIRED) == 1

    world.systems.pay(invoice.id, invoice.outstanding)
    subject = workflow_ids.subject_of(mine.id, ChargeId("design"))
    news = InvoiceChanged(deal=mine.id, subject=subject, event=EventId("paid late"))
    await handle.signal(MilestoneBilling.invoice_changed, news)
    assert (await handle.result()).standing.state is ChargeState.PAID


@pytest.mark.slow  # each of 8,640 attempts is made
async def test_a_token_revoked_for_a_month_adds_no_history_and_one_attention(
    world: World, swift: WorkflowEnvironment
) -> None:
    world.systems.fail(*[Fault.LOCKED_OUT] * int(MONTH / LOOKS_AGAIN))
    mine = deal("revoked")
    handle = await _bill(world, mine)
    await world.parked(handle.id)
    parked = len((await handle.fetch_history()).events)

    for _ in range(4 * MONTH.days + 1):
        await swift.sleep(timedelta(hours=6))  # a longer sleep times out
    assert await until(lambda: world.issued(mine.id, "design"))
    assert len((await handle.fetch_history()).events) - parked < ONCE_MORE
    assert len(await world.store.attention_queue.list_of_run(handle.id)) == 1


async def _timers(handle: WorkflowHandle[MilestoneBilling, BillResult], kind: int) -> int:
    """Count the timers that the run has started or that fired; all are for overdue invoices."""
    return sum(event.event_type == kind for event in (await handle.fetch_history()).events)
