"""The deals whose histories are kept; together they do all that a workflow may do."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from temporalio.client import WorkflowExecutionStatus, WorkflowQueryFailedError

from connectors.memory import Fault
from domain.attention import Action
from domain.charge import ChargeState
from domain.company import CompanyIds
from domain.contract import Policy
from domain.deal import Deal
from domain.event import DealWon, RecordsLost, TimeTurned
from domain.ids import ChargeId, DealId, EventId, Subject
from domain.money import Money
from domain.payment_terms import PaymentTerms
from domain.templates import Staffing
from runtime.polls import ensure_polls
from tests.actors import GRACE
from tests.deals import company, deal, small_deal
from tests.world import World, until, until_awaited
from workflows import workflow_ids
from workflows.deal_to_cash import DealToCash
from workflows.milestone_billing import BILL_AGAIN
from workflows.polling import PolledSystem
from workflows.reconciling import RECONCILED

Story = Callable[[World], Awaitable[None]]
DESIGN = ChargeId("design")
APPROVED = Policy(approve_above=Money.of("1.00", "EUR"))


async def paid(world: World) -> None:
    """Hold and release twice, approve, pay in two parts, and reverse a payment at the end."""
    mine = small_deal("paid")
    await world.win(mine, APPROVED)
    await until_awaited(lambda: world.has_project(mine.id))
    await world.dispatcher.time_turned(TimeTurned(deal=mine.id, event=EventId("approved")))
    charges = world.application.charges
    await charges.hold(GRACE, mine.id, DESIGN, "it is disputed")
    await world.reach(mine.id, DESIGN)
    await _charge_becomes(world, mine.id, ChargeState.HELD)
    await charges.release(GRACE, mine.id, DESIGN, "it is settled")
    await until_awaited(lambda: world.has_draft(mine.id))
    await charges.hold(GRACE, mine.id, DESIGN, "it is disputed again")
    await charges.approve(GRACE, mine.id, DESIGN)
    await charges.release(GRACE, mine.id, DESIGN, "it is settled")
    await world.pay(mine.id, DESIGN, Money.of("1000.00", "EUR"))
    await world.pay(mine.id, DESIGN)
    await _ends(world, workflow_ids.deal_run(mine.id))
    await world.take_payment_back(mine.id, DESIGN)
    await world.parked(workflow_ids.repair_run(mine.id))
    await world.pay(mine.id, DESIGN)
    await _ends(world, workflow_ids.repair_run(mine.id))


async def mended(world: World) -> None:
    """Complete an incomplete deal, choose its ambiguous customer, and cancel it with a draft."""
    world.add_customer("Dunaj Logistika SK")
    account = company("mended").model_copy(update={"name": "Dunaj Logistika", "ids": CompanyIds()})
    mine = small_deal("mended", scope="", account=account)
    await world.win(mine, APPROVED)
    handoff = workflow_ids.handoff_run(mine.id)
    await world.parked(handoff)
    await until(lambda: world.open_tasks(mine.id))
    world.systems.add(mine.model_copy(update={"scope": "All of it", "is_won": True}))
    # No sender of today tells the deal itself, but a running deal may have been told so.
    fact = DealWon(deal=mine.id, event=EventId("mended"))
    run = world.client.get_workflow_handle(workflow_ids.deal_run(mine.id))
    await run.signal(DealToCash.deal_won, fact)
    await until(lambda: not world.open_tasks(mine.id))
    await world.parked(handoff)
    await world.decide(handoff, Action.AMEND, choice="new")
    await world.reach(mine.id, DESIGN)
    await until_awaited(lambda: world.has_draft(mine.id))
    await world.cancel(mine.id)
    await _ends(world, workflow_ids.deal_run(mine.id))


async def refused(world: World) -> None:
    """Abort the first step, and with it the deal."""
    mine = small_deal("refused")
    world.systems.add(mine)
    world.systems.fail(Fault.LOCKED_OUT)
    await world.win(mine)
    await world.parked(workflow_ids.handoff_run(mine.id))
    await world.decide(workflow_ids.handoff_run(mine.id), Action.ABORT)
    await _ends(world, workflow_ids.deal_run(mine.id))


async def undone(world: World) -> None:
    """Fail to staff the project, so that kickoff undoes what it did."""
    mine = small_deal("undone")
    world.systems.unknown_people.add("nobody")
    await world.win(mine, Policy(staffing=Staffing(people={"lead": "nobody"})))
    await world.parked(workflow_ids.kickoff_run(mine.id))
    await world.decide(workflow_ids.kickoff_run(mine.id), Action.RETRY)
    await world.parked(workflow_ids.kickoff_run(mine.id))
    await world.decide(workflow_ids.kickoff_run(mine.id), Action.ABORT)
    await _ends(world, workflow_ids.deal_run(mine.id))


async def questioned(world: World) -> None:
    """Change the terms of a deal twice while its draft waits, and keep the contract."""
    mine = small_deal("questioned")
    await world.win(mine, APPROVED)
    await world.reach(mine.id, DESIGN)
    await until_awaited(lambda: world.has_draft(mine.id))
    watch = workflow_ids.crm_watch(mine.id)
    for days in (60, 90):
        await world.change(mine.id, payment_terms=PaymentTerms(days=days))
        await _is_asked(world, watch, f"now {days} days")
    await world.decide(watch, Action.AMEND, choice="keep")
    await world.application.charges.approve(GRACE, mine.id, DESIGN)
    await world.pay(mine.id, DESIGN)
    await _ends(world, workflow_ids.deal_run(mine.id))


async def credited(world: World) -> None:
    """Credit the invoice while the deal is open, bill it again, void that, and drop it."""
    mine = small_deal("credited")
    await _issued(world, mine)
    await world.application.charges.credit(GRACE, mine.id, DESIGN, "the work was redone")
    await _decide_about_bill(world, mine.id, 1, Action.AMEND, BILL_AGAIN)
    again = await until(lambda: world.issued(mine.id, DESIGN, revision=2))
    await _charge_becomes(world, mine.id, ChargeState.ISSUED)
    world.systems.void(again.id)
    await world.ring_invoice(mine.id, DESIGN, revision=2)
    await _decide_about_bill(world, mine.id, 2, Action.SKIP)
    await _ends(world, workflow_ids.deal_run(mine.id))


async def cancelled(world: World) -> None:
    """Cancel the deal after it was invoiced, and credit it."""
    mine = small_deal("cancelled")
    await _issued(world, mine)
    await world.cancel(mine.id)
    await world.parked(workflow_ids.deal_run(mine.id))
    await world.decide(workflow_ids.deal_run(mine.id), Action.AMEND, choice="credit")
    await _ends(world, workflow_ids.deal_run(mine.id))


async def terminated(world: World) -> None:
    """Terminate the handoff and the bill, and go on after both."""
    mine = small_deal("terminated", scope="")
    await world.win(mine)
    handoff = workflow_ids.handoff_run(mine.id)
    await world.parked(handoff)
    await world.client.get_workflow_handle(handoff).terminate("by mistake")
    await world.parked(workflow_ids.deal_run(mine.id))
    world.systems.add(mine.model_copy(update={"scope": "All of it", "is_won": True}))
    await world.decide(workflow_ids.deal_run(mine.id), Action.RETRY)
    await world.reach(mine.id, DESIGN)
    await _charge_becomes(world, mine.id, ChargeState.ISSUED)
    bill = workflow_ids.billing_run(workflow_ids.subject_of(mine.id, DESIGN))
    await world.client.get_workflow_handle(bill).terminate("by mistake")
    await world.pay(mine.id, DESIGN)
    await _ends(world, workflow_ids.deal_run(mine.id))


async def recorded(world: World) -> None:
    """Put on record again what the deal did, while it is open and after it has ended."""
    mine = small_deal("recorded")
    await _issued(world, mine)
    lost = RecordsLost(deal=mine.id)
    await world.dispatcher.records_lost(lost)
    await until_awaited(lambda: _has_written(world, mine.id, 2))
    await world.application.charges.credit(GRACE, mine.id, DESIGN, "the work was redone")
    await _decide_about_bill(world, mine.id, 1, Action.SKIP)
    await _ends(world, workflow_ids.deal_run(mine.id))
    await world.dispatcher.records_lost(lost)
    await _ends(world, workflow_ids.record_run(mine.id))


async def polled(world: World) -> None:
    """Poll each system for a while."""
    await ensure_polls(world.client, task_queue=world.queue)

    async def is_polled() -> bool:
        return len(await world.store.cursors.last_polls()) == len(PolledSystem) + len(RECONCILED)

    await until_awaited(is_polled)
    for system in PolledSystem:
        await world.client.get_workflow_handle(workflow_ids.poll_run(system)).terminate()
    for system in RECONCILED:
        await world.client.get_workflow_handle(workflow_ids.reconcile_run(system)).terminate()


async def continued(world: World) -> None:
    """Continue in another run, which adopts the open bill."""
    mine = deal("continued")
    handle = await world.win(mine)
    run_id = (await handle.describe()).run_id
    first = world.client.get_workflow_handle(handle.id, run_id=run_id)
    await world.reach(mine.id, DESIGN)
    await _charge_becomes(world, mine.id, ChargeState.ISSUED)
    await world.reach(mine.id, "go-live")

    async def has_continued() -> bool:
        status = (await first.describe()).status
        return status is WorkflowExecutionStatus.CONTINUED_AS_NEW

    await until_awaited(has_continued)
    await world.pay(mine.id, DESIGN)
    await world.reach(mine.id, "hypercare")
    for charge in ("go-live", "hypercare"):
        await world.pay(mine.id, charge)
    await _ends(world, handle.id)


STORIES: Mapping[str, Story] = MappingProxyType(
    {
        story.__name__: story
        for story in (
            paid,
            mended,
            refused,
            undone,
            questioned,
            credited,
            cancelled,
            terminated,
            recorded,
            polled,
        )
    }
)
LONG_STORIES: Mapping[str, Story] = MappingProxyType({continued.__name__: continued})
"""The stories for a Temporal that soon suggests to continue as new."""


async def _issued(world: World, mine: Deal) -> None:
    await world.win(mine)
    await world.reach(mine.id, DESIGN)
    await _charge_becomes(world, mine.id, ChargeState.ISSUED)


async def _charge_becomes(world: World, deal: DealId, state: ChargeState) -> None:
    async def has_become() -> bool:
        try:
            return (await world.application.queries.schedule(deal))[0].state is state
        except (IndexError, WorkflowQueryFailedError):
            return False  # it has no contract yet

    await until_awaited(has_become)


async def _is_asked(world: World, run: str, words: str) -> None:
    async def reads_so() -> bool:
        return words in (await world.parked(run)).attention.why

    await until_awaited(reads_so)


async def _has_written(world: World, deal: DealId, revision: int) -> bool:
    """Whether the CRM was told of the revenue so often."""
    return await world.effect("crm.record", Subject(f"{deal}:w{revision}")) is not None


async def _decide_about_bill(
    world: World, deal: DealId, revision: int, action: Action, choice: str = ""
) -> None:
    run = workflow_ids.billing_run(workflow_ids.subject_of(deal, DESIGN, revision))
    await world.parked(run)
    await world.decide(run, action, choice)


async def _ends(world: World, run: str) -> None:
    await world.client.get_workflow_handle(run).result()
