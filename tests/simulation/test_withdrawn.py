"""A withdrawn bill stays withdrawn, even if an older attempt to draft it goes on."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from domain.baseline import Baseline
from domain.claim import ClaimState
from domain.effect import Receipt
from domain.ids import CustomerKey
from domain.invoice import InvoiceStatus
from domain.money import Money
from domain.refusal import Refusal
from ports.failures import Rejected, Throttled
from tests.simulation.network import VENDOR
from tests.simulation.story import DEAL, NETS, World, bill_of
from tests.simulation.virtual import now, run, seconds

BILL = bill_of(1, NETS[0])
Story = Callable[[World], Awaitable[None]]


async def _drafted(world: World) -> None:
    await world.invoices.draft_invoice(BILL)


async def _never_begun(_: World) -> None:
    """Stop the first attempt before it has claimed anything."""


@pytest.mark.parametrize("before", [_drafted, _never_begun])
def test_a_zombie_that_wakes_after_the_withdrawal_leaves_no_claim_open(before: Story) -> None:
    async def live(world: World) -> None:
        terms = Baseline(deal=DEAL, customer=CustomerKey("c"), value=Money.total(NETS, "EUR"))
        await world.books.agree(terms, now=now())
        await asyncio.sleep(world.faults_end)
        await before(world)
        assert await world.invoices.withdraw_invoice(BILL) is None
        with pytest.raises(Refusal):
            await world.invoices.draft_invoice(BILL)  # the zombie
        again = BILL.model_copy(update={"revision": 2})
        drafted = await world.invoices.draft_invoice(again)
        await world.invoices.issue_invoice(drafted)

    world = World(seed=1)
    run(live(world))
    states = [bill.state for bill in world.books.by_subject.values()]
    assert states == [ClaimState.RELEASED, ClaimState.ISSUED]
    live_documents = [d for d in world.erp.documents.values() if d.status is not InvoiceStatus.GONE]
    assert len(live_documents) == 1


def test_a_draft_that_the_erp_will_not_delete_is_not_issued_instead() -> None:
    def keep(_: object) -> None:
        raise Rejected(VENDOR, "the period is locked")

    async def live(world: World) -> None:
        terms = Baseline(deal=DEAL, customer=CustomerKey("c"), value=Money.total(NETS, "EUR"))
        await world.books.agree(terms, now=now())
        await asyncio.sleep(world.faults_end)
        await _drafted(world)
        world.erp.draft_invoice.remove = keep
        with pytest.raises(Rejected, match="locked"):
            await world.invoices.withdraw_invoice(BILL)

    world = World(seed=1)
    run(live(world))
    assert [each.status for each in world.erp.documents.values()] == [InvoiceStatus.DRAFT]


def test_a_second_document_that_somebody_issued_keeps_the_elected_draft() -> None:
    def throttle(*_: object) -> Receipt:
        raise Throttled(VENDOR, "too many calls", pause=timedelta(seconds=1))

    async def live(world: World) -> None:
        terms = Baseline(deal=DEAL, customer=CustomerKey("c"), value=Money.total(NETS, "EUR"))
        await world.books.agree(terms, now=now())
        await asyncio.sleep(world.faults_end)
        add, world.erp.draft_invoice.add = world.erp.draft_invoice.add, throttle
        with pytest.raises(Throttled):
            await _drafted(world)
        world.erp.draft_invoice.add = add
        drafted = await world.invoices.draft_invoice(BILL)
        second = add(drafted.draft, seconds())
        await world.erp.issue(second.id)
        with pytest.raises(Rejected, match=f"{second.id} is issued"):
            await world.invoices.withdraw_invoice(BILL)
        assert world.erp.documents[drafted.invoice].status is InvoiceStatus.DRAFT

    run(live(World(seed=1)))
