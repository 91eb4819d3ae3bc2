"""A poll dispatches each fact once, and loses none when a dispatch fails."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from activities.poll_schedule import PollSchedule
from activities.polls import PROJECTS_A_ROUND, CrmPoll, ErpPoll, PmPoll, PollResult
from connectors.common.references import References
from connectors.memory.crm import MemoryCrm
from connectors.memory.erp import MemoryInvoicing
from connectors.memory.pm import MemoryPm
from connectors.memory.world import Fault, MemoryWorld, Project, StoredInvoice
from domain.effect import EffectKey, EffectKind, IdempotencyPolicy, Receipt, Strategy
from domain.event import (
    DealChanged,
    DealWon,
    InvoiceChanged,
    MilestoneReached,
    RecordsLost,
    RevenueStale,
    TimeTurned,
)
from domain.ids import DealId, ExternalId
from domain.money import Money
from domain.payment_terms import PaymentTerms
from ports.effect_ledger import Intent
from ports.failures import Unreachable
from ports.links import Link
from store import Store
from tests.contracts.pm_harness import plan
from tests.deals import POLICY, deal
from tests.invoices import invoice
from tests.store.values import baseline, bill, charge, proof

ACME = References("acme")
OVERLAP = timedelta(minutes=2)
NOTHING = Money.zero("EUR")
Fact = DealWon | DealChanged | MilestoneReached | InvoiceChanged | TimeTurned


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Dispatched:
    """A dispatcher that keeps its facts; Temporal is down for the facts of some deals."""

    facts: list[Fact] = field(default_factory=list)
    unreachable: set[DealId] = field(default_factory=set)

    running: set[DealId] = field(default_factory=set)
    """Deals whose run is open and waits for nothing."""

    async def deal_won(self, fact: DealWon) -> bool:
        return fact.deal not in self.running and self._keep(fact)

    async def deal_changed(self, fact: DealChanged) -> bool:
        return self._keep(fact)

    async def milestone_reached(self, fact: MilestoneReached) -> bool:
        return self._keep(fact)

    async def time_turned(self, fact: TimeTurned) -> bool:
        return self._keep(fact)

    async def invoice_changed(self, fact: InvoiceChanged) -> bool:
        return self._keep(fact)

    async def records_lost(self, fact: RecordsLost) -> bool:
        del fact  # no poll tells of it
        return False

    async def revenue_stale(self, fact: RevenueStale) -> bool:
        del fact  # no poll tells of it
        return False

    def _keep(self, fact: Fact) -> bool:
        if fact.deal in self.unreachable:
            raise ConnectionError
        self.facts.append(fact)
        return True


@dataclass
class Polled:
    """The vendors' records, and polls that dispatch what they find there."""

    store: Store
    world: MemoryWorld = field(default_factory=MemoryWorld)
    dispatched: Dispatched = field(default_factory=Dispatched)

    @property
    def crm(self) -> CrmPoll:
        """The poll of a worker that has just started: it remembers no dispatch."""
        return CrmPoll(
            MemoryCrm(self.world, ACME),
            self.store.attention_queue,
            self.store.cursors,
            self.dispatched,
            now,
            OVERLAP,
            self._schedule("crm"),
            POLICY,
        )

    @property
    def erp(self) -> ErpPoll:
        return ErpPoll(
            MemoryInvoicing(self.world, ACME),
            self.store.billing_ledger,
            self.store.cursors,
            self.dispatched,
            now,
            OVERLAP,
            self._schedule("erp"),
        )

    @property
    def pm(self) -> PmPoll:
        return PmPoll(
            MemoryPm(self.world, ACME),
            self.store.billing_ledger,
            self.dispatched,
            now,
            OVERLAP,
            self._schedule("pm"),
        )

    async def deliver(self, *names: str) -> None:
        """Agree contracts whose only milestone is reached in a project that is on record."""
        for name in names:
            terms, project = baseline(name), ExternalId(name)
            made = plan(terms.deal, milestones=1)
            awaited = {"charges": tuple(charge(each.key) for each in made.milestones)}
            await self.store.billing_ledger.agree(terms.model_copy(update=awaited), now=now())
            self.world.projects[project] = Project(
                id=project,
                opening=made.opening(),
                parts={"milestones": made.milestone_plan(project)},
                reached={each.key for each in made.milestones},
            )
            self.world.references[project] = ACME.of(terms.deal)
            link = Link(
                system="memory", tenant="world", kind="pm.project", key=terms.deal,
                external_id=project, deal=terms.deal,
            )  # fmt: skip
            await self.store.links.add(link, now=now())

    def _schedule(self, system: str) -> PollSchedule:
        return PollSchedule(system, OVERLAP, self.store.cursors, now)

    def win(self, name: str) -> DealId:
        won = deal(name)
        self.world.add(won)
        self.world.win(won.id)
        return won.id


@pytest.fixture
def polled(store: Store) -> Polled:
    return Polled(store)


async def test_a_won_deal_is_dispatched_once_though_polls_overlap(polled: Polled) -> None:
    won, poll = polled.win("overlap"), polled.crm
    assert await poll.poll_once() == PollResult(seen=1, dispatched=1)
    assert await poll.poll_once() == PollResult(seen=1, dispatched=0)
    assert [fact.deal for fact in polled.dispatched.facts] == [won]


async def test_a_deal_that_changes_again_is_dispatched_again(polled: Polled) -> None:
    won, poll = polled.win("changed"), polled.crm
    await poll.poll_once()
    polled.world.add(polled.world.deals[won])
    assert await poll.poll_once() == PollResult(seen=1, dispatched=1)
    events = [fact.event for fact in polled.dispatched.facts]
    assert len(set(events)) == 2


async def test_a_carried_deal_is_compared_once_its_terms_change_and_not_for_our_own_writes(
    polled: Polled,
) -> None:
    won, poll = polled.win("carried"), polled.crm
    await poll.poll_once()
    polled.dispatched.running, polled.dispatched.facts = {won}, []
    polled.world.add(polled.world.deals[won])  # as a write-back does: the terms stay
    assert (await poll.poll_once()).dispatched == 0
    polled.world.add(
        polled.world.deals[won].model_copy(update={"payment_terms": PaymentTerms(days=60)})
    )
    assert (await poll.poll_once()).dispatched == 1
    [fact] = polled.dispatched.facts
    assert isinstance(fact, DealChanged)


async def test_a_carried_deal_that_left_the_won_stage_is_compared_and_no_other(
    polled: Polled,
) -> None:
    carried, strange, poll = polled.win("lost"), polled.win("strange"), polled.crm
    await poll.poll_once()
    polled.dispatched.facts = []
    polled.world.keys[carried] = ACME.of(carried)
    for each in (carried, strange):
        polled.world.lose(each)
    assert await poll.poll_once() == PollResult(seen=1, dispatched=1)
    [fact] = polled.dispatched.facts
    assert (fact.deal, type(fact)) == (carried, DealChanged)


async def test_a_dispatch_that_fails_leaves_the_cursor_and_the_next_poll_repeats_it(
    polled: Polled,
) -> None:
    before = await polled.store.cursors.read("crm")
    first, second = polled.win("reached"), polled.win("unreachable")
    polled.dispatched.unreachable = {second}
    poll = polled.crm
    with pytest.raises(ConnectionError):
        await poll.poll_once()
    assert await polled.store.cursors.read("crm") == before

    polled.dispatched.unreachable.clear()
    await poll.poll_once()
    assert [fact.deal for fact in polled.dispatched.facts] == [first, second]
    assert await polled.store.cursors.read("crm") == polled.world.changed[second]


async def test_a_new_worker_reads_back_before_the_last_poll_and_not_from_the_beginning(
    polled: Polled,
) -> None:
    old, recent = polled.win("old"), polled.win("recent")
    latest = polled.world.changed[recent] = now() + timedelta(hours=1)
    polled.world.changed[old] = latest - OVERLAP - timedelta(seconds=1)
    await polled.store.cursors.advance("crm", latest)
    await polled.crm.poll_once()
    assert [fact.deal for fact in polled.dispatched.facts] == [recent]


async def test_open_contracts_take_turns_where_there_are_more_than_a_round_reads(
    polled: Polled,
) -> None:
    names = [f"turn-{number:03}" for number in range(PROJECTS_A_ROUND + 50)]
    await polled.deliver(*names)
    poll = polled.pm
    assert (await poll.poll_once()).seen == PROJECTS_A_ROUND
    await poll.poll_once()
    assert {fact.deal for fact in polled.dispatched.facts} == {
        baseline(name).deal for name in names
    }


async def test_a_project_that_cannot_be_read_keeps_no_other_waiting(polled: Polled) -> None:
    await polled.deliver("a", "b", "c")
    poll = polled.pm
    polled.world.fail(Fault.DOWN)
    with pytest.raises(Unreachable):
        await poll.poll_once()
    await poll.poll_once()
    assert [fact.deal for fact in polled.dispatched.facts] == [
        baseline(name).deal for name in ("b", "c", "a")
    ]


async def issue(polled: Polled, name: str) -> ExternalId:
    """Issue an invoice of this deal, in our ledger and in the ERP."""
    ledger = polled.store.billing_ledger
    await ledger.agree(baseline(name), now=now())
    opened = await ledger.claim(bill(name, "m1", 100), now=now())
    await ledger.permit(opened.subject, now=now())
    key = EffectKey(
        system="memory", tenant="", kind=EffectKind("erp.invoice"), subject=opened.subject
    )
    this = Intent(key=key, deal=opened.deal, digest="d", workflow="w", run="r")
    policy = IdempotencyPolicy(strategy=Strategy.DRAFT, settle_time=OVERLAP)
    await polled.store.effect_ledger.begin(
        this, policy, operation_timeout=OVERLAP, is_repeatable=False
    )
    document = ExternalId(f"doc-{name}")
    await polled.store.effect_ledger.confirm(key, 1, [Receipt(id=document, url="memory://")])
    await ledger.record_issued(opened.subject, key, proof(document, 100), now=now())
    show(polled, document, ACME.of(opened.subject))
    return document


def show(polled: Polled, document: ExternalId, reference: str, paid: Money = NOTHING) -> None:
    changes = {"id": document, "reference": reference}
    shown = invoice(Money.of(100, "EUR"), rate=0, paid=paid).model_copy(update=changes)
    polled.world.invoices[document] = StoredInvoice(invoice=shown, changed_at=now())


async def test_a_payment_is_dispatched_once_and_the_echo_of_our_issue_never(
    polled: Polled,
) -> None:
    document, poll = await issue(polled, "paid"), polled.erp
    assert await poll.poll_once() == PollResult(seen=1, dispatched=0)
    reference = polled.world.invoices[document].invoice.reference
    show(polled, document, reference, paid=Money.of(40, "EUR"))
    assert await poll.poll_once() == PollResult(seen=1, dispatched=1)
    assert await poll.poll_once() == PollResult(seen=1, dispatched=0)
    [fact] = polled.dispatched.facts
    assert isinstance(fact, InvoiceChanged)
    assert ACME.of(fact.subject) == reference
    assert await polled.store.cursors.read("erp") == polled.world.invoices[document].changed_at


async def test_an_invoice_that_we_never_claimed_concerns_no_run(polled: Polled) -> None:
    show(
        polled, ExternalId("theirs"), ACME.of("memory:unclaimed:design:r1"), paid=Money.of(1, "EUR")
    )
    assert await polled.erp.poll_once() == PollResult(seen=1, dispatched=0)
    assert not polled.dispatched.facts
