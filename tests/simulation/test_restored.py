"""Our database comes back from a backup: what the record lost is found at the vendor."""

import asyncio

import pytest

from domain.baseline import Baseline
from domain.effect import Receipt, RecordLost
from domain.ids import CustomerKey
from domain.invoice import DraftInvoice, InvoiceStatus
from domain.money import Money
from domain.repair import RepairRequest
from tests.simulation.network import SETTLE
from tests.simulation.story import DEAL, NETS, World, bill_of
from tests.simulation.vendors import KEY_LIFE
from tests.simulation.virtual import now, run

BILL = bill_of(1, NETS[0])


async def _drafted(world: World) -> DraftInvoice:
    terms = Baseline(deal=DEAL, customer=CustomerKey("c"), value=Money.total(NETS, "EUR"))
    await world.books.agree(terms, now=now())
    await asyncio.sleep(world.faults_end)
    return (await world.invoices.draft_invoice(BILL)).draft


def test_a_lost_row_and_an_expired_key_make_no_second_document() -> None:
    async def live(world: World) -> None:
        draft = await _drafted(world)
        drafted = await world.invoices.draft_invoice(BILL)
        await world.invoices.issue_invoice(drafted)
        world.ledger.effects.clear()
        world.books.by_subject.clear()
        await asyncio.sleep(2 * KEY_LIFE.total_seconds())
        again = await world.invoices.draft_invoice(BILL)
        assert (again.invoice, again.draft.subject) == (drafted.invoice, draft.subject)
        await world.invoices.issue_invoice(again)

    world = World(seed=1)
    run(live(world))
    assert [each.status for each in world.erp.documents.values()] == [InvoiceStatus.ISSUED]


def test_a_doubted_draft_that_is_there_is_believed_again() -> None:
    async def live(world: World) -> None:
        draft = await _drafted(world)
        await asyncio.sleep(SETTLE.total_seconds())
        world.ledger.restore()
        before = world.auditor.calls
        await world.effects.execute(world.erp.draft_invoice, draft)
        assert world.auditor.calls == before
        assert not any(effect.is_doubted for effect in world.ledger.effects.values())

    run(live(World(seed=1)))


def test_a_doubted_draft_that_is_gone_parks_and_is_not_made_again() -> None:
    async def live(world: World) -> None:
        draft = await _drafted(world)
        world.ledger.restore()
        [document] = world.erp.documents.values()
        document.status = InvoiceStatus.GONE
        with pytest.raises(RecordLost, match="does not have it"):
            await world.effects.execute(world.erp.draft_invoice, draft)

    world = World(seed=1)
    run(live(world))
    assert len(world.erp.documents) == 1


def test_an_upsert_that_the_record_lost_is_undone() -> None:
    undone: list[Receipt] = []

    async def live(world: World) -> None:
        await _drafted(world)
        command = await world.invoices.read_revenue(RepairRequest(deal=DEAL, occasion="now"))
        await world.effects.execute(world.crm.write_back, command)
        world.ledger.effects.clear()
        world.ledger.restore()
        world.crm.write_back.remove = undone.append
        await world.effects.undo(world.crm.write_back, command, reason="cancelled")

    run(live(World(seed=1)))
    assert len(undone) == 1
