"""What lost attempts left beside the elected record goes, even if its removal fails at first."""

import asyncio
from datetime import timedelta

import pytest

from domain.baseline import Baseline
from domain.effect import Receipt
from domain.ids import CustomerKey
from domain.invoice import InvoiceStatus
from domain.money import Money
from ports.failures import Throttled
from tests.simulation.network import VENDOR
from tests.simulation.story import DEAL, NETS, World, bill_of
from tests.simulation.virtual import now, run, seconds

BILL = bill_of(1, NETS[0])


def test_a_sweep_that_failed_is_done_by_the_next_attempt() -> None:
    def throttle(_: Receipt) -> None:
        raise Throttled(VENDOR, "too many calls", pause=timedelta(seconds=1))

    async def live(world: World) -> None:
        terms = Baseline(deal=DEAL, customer=CustomerKey("c"), value=Money.total(NETS, "EUR"))
        await world.books.agree(terms, now=now())
        await asyncio.sleep(world.faults_end)
        draft, operation = BILL.draft(now()), world.erp.draft_invoice
        for _ in range(2):
            operation.add(draft, seconds())
        remove, operation.remove = operation.remove, throttle
        with pytest.raises(Throttled):
            await world.invoices.draft_invoice(BILL)
        operation.remove = remove
        await world.invoices.draft_invoice(BILL)

    world = World(seed=1)
    run(live(world))
    left = [each.status for each in world.erp.documents.values()]
    assert left == [InvoiceStatus.DRAFT, InvoiceStatus.GONE]
