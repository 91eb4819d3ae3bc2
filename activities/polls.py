"""One poll per system: it finds what happened there and signals the runs concerned.

A poll reads from a little before the end of the last one, and recognises what it reads twice.
It moves its cursor after everything was dispatched: a crash repeats facts and loses none.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from temporalio import activity

from activities.poll_schedule import PollSchedule
from activities.time_approval import TimeApproval
from domain.attention import INCOMPLETE, Attention
from domain.claim import ClaimedBill
from domain.contract import Policy
from domain.difference import terms_digest
from domain.event import DealChanged, DealWon, InvoiceChanged, MilestoneReached, TimeTurned
from domain.ids import ChargeId, DealId, EventId, ExternalId
from domain.invoice import Invoice, InvoiceStatus
from domain.preflight import preflight
from domain.value import Value
from ports.attention_queue import AttentionQueue
from ports.billing_ledger import BillingLedger, OpenContract
from ports.capability import Capability
from ports.crm import ChangedDeal, Crm
from ports.cursors import Cursors
from ports.erp import ChangedInvoice, Invoicing
from ports.event_dispatcher import EventDispatcher
from ports.failures import Absent
from ports.pm import MilestoneProgress, Pm
from ports.timesheets import Timesheets

Clock = Callable[[], datetime]

FIRST_LOOK_BACK = timedelta(days=30)
"""How far a poll looks back when it has never run."""


PROJECTS_A_ROUND = 200
"""How many projects one round reads, a call each: with more open contracts, they take turns."""


class PollResult(Value):
    """How many records one poll saw, and how many facts it dispatched."""

    seen: int
    dispatched: int


class RecentEvents:
    """Remembers what was dispatched a short while ago, so that an overlap does not repeat it.

    Forgetting is harmless: a run knows what it has already done.
    """

    def __init__(self, clock: Clock, span: timedelta) -> None:
        self._clock = clock
        self._span = span
        self._at: dict[EventId, datetime] = {}

    def knows(self, event: EventId) -> bool:
        return event in self._at

    def add(self, event: EventId) -> None:
        now = self._clock()
        self._at = {known: at for known, at in self._at.items() if now - at < self._span}
        self._at[event] = now


class CrmPoll:
    """Finds won deals, and changes of carried ones, by the time of their last change.

    Without a modified-since query it re-reads only the deals that wait for sales.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - each is a thing it needs
        self,
        crm: Crm,
        attention_queue: AttentionQueue,
        cursors: Cursors,
        dispatcher: EventDispatcher,
        clock: Clock,
        overlap: timedelta,
        schedule: PollSchedule,
        policy: Policy,
    ) -> None:
        self._crm = crm
        self._attention_queue = attention_queue
        self._cursors = cursors
        self._dispatcher = dispatcher
        self._clock = clock
        self._overlap = overlap
        self._schedule = schedule
        self._policy = policy
        self._recent = RecentEvents(clock, 5 * overlap)
        self._terms: dict[DealId, str] = {}

    @activity.defn(name="crm.poll")
    async def poll(self) -> None:
        """Poll at the schedule's interval until its time is over."""
        await self._schedule.repeat(self.poll_once)

    async def poll_once(self) -> PollResult:
        since = await self._cursors.read("crm") or self._clock() - FIRST_LOOK_BACK
        changed = await self._crm.changed_since(since - self._overlap)
        dispatched = sum([await self._dispatch(deal) for deal in changed])
        if changed:
            await self._cursors.advance("crm", max(deal.changed_at for deal in changed))
        if Capability.UPDATED_SINCE not in self._crm.capabilities:
            incomplete = await self._incomplete()
            dispatched += sum([await self._look_at(waiting) for waiting in incomplete])
        return PollResult(seen=len(changed), dispatched=dispatched)

    async def _incomplete(self) -> list[Attention]:
        filed = [each.attention for each in await self._attention_queue.list_open()]
        return [attention for attention in filed if attention.kind == INCOMPLETE]

    async def _look_at(self, waiting: Attention) -> int:
        """Dispatch a fact if sales changed what the deal lacks."""
        try:
            findings = preflight(await self._crm.read_deal(waiting.deal), self._policy)
        except Absent:
            return 0
        if findings == waiting.findings:
            return 0
        said = hashlib.sha256(repr(findings).encode()).hexdigest()[:16]
        event = EventId(f"completed:{waiting.deal}:{said}")
        return await self._dispatcher.deal_won(DealWon(deal=waiting.deal, event=event))

    async def _dispatch(self, deal: ChangedDeal) -> int:
        event = EventId(f"changed:{deal.deal}:{deal.changed_at.isoformat()}")
        if self._recent.knows(event):
            return 0
        won = DealWon(deal=deal.deal, event=event)
        terms = await self._changed_terms(deal.deal)
        if deal.is_won and await self._dispatcher.deal_won(won):
            dispatched = True  # the run reads the terms after us
        elif terms:
            fact = DealChanged(deal=deal.deal, event=EventId(f"terms:{deal.deal}:{terms}"))
            dispatched = await self._dispatcher.deal_changed(fact)
        else:
            dispatched = False
        if terms:
            self._terms[deal.deal] = terms
        self._recent.add(event)
        return dispatched

    async def _changed_terms(self, deal: DealId) -> str:
        """Return a digest of the terms; empty if they are as last read: our writes change none."""
        try:
            terms = terms_digest(await self._crm.read_deal(deal))
        except Absent:
            return ""
        return "" if self._terms.get(deal) == terms else terms


class PmPoll:
    """Finds reached milestones of the open contracts, of so many projects in one round.

    A round goes on after the project where the one before ended, also if that project failed: one
    that cannot be read keeps no other waiting for long.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - each is a thing it needs
        self,
        pm: Pm,
        billing_ledger: BillingLedger,
        dispatcher: EventDispatcher,
        clock: Clock,
        overlap: timedelta,
        schedule: PollSchedule,
    ) -> None:
        self._pm = pm
        self._billing_ledger = billing_ledger
        self._dispatcher = dispatcher
        self._schedule = schedule
        self._recent = RecentEvents(clock, overlap)
        self._last = DealId("")

    @activity.defn(name="pm.poll")
    async def poll(self) -> None:
        """Poll at the schedule's interval until its time is over."""
        await self._schedule.repeat(self.poll_once)

    async def poll_once(self) -> PollResult:
        awaiting = await self._billing_ledger.open_contracts()
        turn = sorted(awaiting, key=lambda each: (each.deal <= self._last, each.deal))
        looked_at = turn[:PROJECTS_A_ROUND]
        dispatched = sum([await self._look_at(contract) for contract in looked_at])
        return PollResult(seen=len(looked_at), dispatched=dispatched)

    async def _look_at(self, contract: OpenContract) -> int:
        self._last = contract.deal
        try:
            milestones = await self._pm.read_milestones(contract.deal, contract.project)
        except Absent:
            return 0  # cancelled meanwhile, or hidden from us: `cashward doctor` tells
        reached = [
            m for m in milestones if m.is_reached and ChargeId(m.milestone) in contract.awaited
        ]
        return sum([await self._dispatch(contract.deal, milestone) for milestone in reached])

    async def _dispatch(self, deal: DealId, milestone: MilestoneProgress) -> int:
        event = EventId(f"reached:{deal}:{milestone.milestone}")
        if self._recent.knows(event):
            return 0
        fact = MilestoneReached(deal=deal, milestone=milestone.milestone, event=event)
        dispatched = await self._dispatcher.milestone_reached(fact)
        self._recent.add(event)
        return dispatched


class TimePoll:
    """Brings to our records what was booked, edited or deleted in all projects of the PM.

    It approves what is due, and hints the deals that have other time to bill, whoever approved it.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - each is a thing it needs
        self,
        pm: Pm,
        timesheets: Timesheets,
        approval: TimeApproval,
        cursors: Cursors,
        dispatcher: EventDispatcher,
        clock: Clock,
        overlap: timedelta,
        schedule: PollSchedule,
    ) -> None:
        self._pm = pm
        self._timesheets = timesheets
        self._approval = approval
        self._cursors = cursors
        self._dispatcher = dispatcher
        self._clock = clock
        self._overlap = overlap
        self._schedule = schedule
        self._recent = RecentEvents(clock, 5 * overlap)

    @activity.defn(name="pm.poll_time")
    async def poll(self) -> None:
        """Poll at the schedule's interval until its time is over."""
        await self._schedule.repeat(self.poll_once)

    async def poll_once(self) -> PollResult:
        seen = await self._read()
        await self._approval.approve_due()
        turned = await self._timesheets.turned(since=await self._since("time turned"))
        dispatched = sum([await self._dispatch(deal, at) for deal, at in turned.items()])
        if turned:
            await self._cursors.advance("time turned", max(turned.values()))
        return PollResult(seen=seen, dispatched=dispatched)

    async def _read(self) -> int:
        """Record what changed since the last poll of this account; return how much it was."""
        system, tenant = self._pm.open_project.system, await self._pm.open_project.tenant()

        async def known(first: date) -> Mapping[ExternalId, bool]:
            return await self._timesheets.known(system, tenant, first)

        cursor = f"time {system} {tenant}"
        changes = await self._pm.time_since(await self._since(cursor), known)
        await self._timesheets.record(system, tenant, changes, now=self._clock())
        await self._cursors.advance(cursor, changes.until)
        return len(changes.entries) + len(changes.deleted)

    async def _since(self, cursor: str) -> datetime:
        read_until = await self._cursors.read(cursor) or self._clock() - FIRST_LOOK_BACK
        return read_until - self._overlap

    async def _dispatch(self, deal: DealId, at: datetime) -> int:
        event = EventId(f"time:{deal}:{at.isoformat()}")
        if self._recent.knows(event):
            return 0
        dispatched = await self._dispatcher.time_turned(TimeTurned(deal=deal, event=event))
        self._recent.add(event)
        return dispatched


class ErpPoll:
    """Finds our invoices of which the ERP knows more than our billing ledger."""

    def __init__(  # noqa: PLR0913, PLR0917 - each is a thing it needs
        self,
        invoicing: Invoicing,
        billing_ledger: BillingLedger,
        cursors: Cursors,
        dispatcher: EventDispatcher,
        clock: Clock,
        overlap: timedelta,
        schedule: PollSchedule,
    ) -> None:
        self._invoicing = invoicing
        self._billing_ledger = billing_ledger
        self._cursors = cursors
        self._dispatcher = dispatcher
        self._clock = clock
        self._overlap = overlap
        self._schedule = schedule
        self._recent = RecentEvents(clock, overlap)

    @activity.defn(name="erp.poll")
    async def poll(self) -> None:
        """Poll at the schedule's interval until its time is over."""
        await self._schedule.repeat(self.poll_once)

    async def poll_once(self) -> PollResult:
        since = await self._cursors.read("erp") or self._clock() - FIRST_LOOK_BACK
        changed = await self._invoicing.changed_since(since - self._overlap)
        dispatched = sum([await self._dispatch(change) for change in changed])
        if changed:
            await self._cursors.advance("erp", max(change.changed_at for change in changed))
        return PollResult(seen=len(changed), dispatched=dispatched)

    async def _dispatch(self, change: ChangedInvoice) -> int:
        event = EventId(f"changed:{change.invoice.id}:{change.changed_at.isoformat()}")
        bill = await self._billing_ledger.find_bill(change.subject)
        if bill is None or self._recent.knows(event) or not is_news(bill, change.invoice):
            return 0
        fact = InvoiceChanged(deal=bill.deal, subject=change.subject, event=event)
        dispatched = await self._dispatcher.invoice_changed(fact)
        self._recent.add(event)
        return dispatched


def is_news(bill: ClaimedBill, invoice: Invoice) -> bool:
    """Return whether the ERP says more than our ledger; the echo of our own issue does not."""
    if bill.proof is None or bill.is_void:
        return False
    is_void = invoice.status is InvoiceStatus.GONE
    return is_void or (bill.paid, bill.credited) != (invoice.paid, invoice.credited)
