"""Finds what happened elsewhere, one poll a system, and rings the runs it concerns.

A poll reads from a little before where the last one ended: what it meets twice, it knows again.
It moves its cursor only after everything was rung, so a crash repeats and loses nothing.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import activity

from domain.attention import INCOMPLETE, Attention
from domain.billing import Invoice, InvoiceStatus
from domain.claim import Claim, ClaimState
from domain.event import DealWon, InvoiceChanged, MilestoneReached
from domain.ids import DealId, EventId, Subject
from domain.money import Money
from domain.preflight import preflight
from domain.value import Value
from ports.attention_queue import AttentionQueue
from ports.billing_ledger import BillingLedger, OpenContract
from ports.capability import Capability
from ports.crm import Crm, WonDeal
from ports.cursors import Cursors
from ports.erp import ChangedInvoice, Invoicing
from ports.event_dispatcher import EventDispatcher
from ports.failures import Absent
from ports.pm import MilestoneProgress, Pm

Clock = Callable[[], datetime]

FIRST_LOOK_BACK = timedelta(days=30)
"""How far a poll looks back when it has never run."""


class PollResult(Value):
    """What one poll saw and rang."""

    seen: int
    dispatched: int


class RecentEvents:
    """Knows what was rung a short while ago, so that an overlap does not ring it again.

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
    """Won deals, by the time their record changed; a CRM that cannot tell is read where it matters.

    It matters for a deal that waits for sales to complete it.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - each is a thing it needs
        self,
        crm: Crm,
        desk: AttentionQueue,
        cursors: Cursors,
        doorbell: EventDispatcher,
        clock: Clock,
        overlap: timedelta,
    ) -> None:
        self._crm = crm
        self._desk = desk
        self._cursors = cursors
        self._doorbell = doorbell
        self._clock = clock
        self._overlap = overlap
        self._rung = RecentEvents(clock, 5 * overlap)

    @activity.defn(name="crm.delta")
    async def delta(self) -> PollResult:
        since = await self._cursors.read("crm") or self._clock() - FIRST_LOOK_BACK
        won = await self._crm.won_since(since - self._overlap)
        rung = sum([await self._ring(deal) for deal in won])
        if won:
            await self._cursors.advance("crm", max(deal.changed_at for deal in won))
        if Capability.UPDATED_SINCE not in self._crm.capabilities:
            rung += sum([await self._look_at(waiting) for waiting in await self._incomplete()])
        return PollResult(seen=len(won), dispatched=rung)

    async def _incomplete(self) -> list[Attention]:
        filed = [each.attention for each in await self._desk.list_open()]
        return [attention for attention in filed if attention.kind == INCOMPLETE]

    async def _look_at(self, waiting: Attention) -> int:
        """Ring if sales changed what the deal lacks."""
        try:
            findings = preflight(await self._crm.read_deal(waiting.deal))
        except Absent:
            return 0
        if findings == waiting.findings:
            return 0
        said = hashlib.sha256(repr(findings).encode()).hexdigest()[:16]
        event = EventId(f"completed:{waiting.deal}:{said}")
        return await self._doorbell.deal_won(DealWon(deal=waiting.deal, event=event))

    async def _ring(self, deal: WonDeal) -> int:
        event = EventId(f"won:{deal.deal}:{deal.changed_at.isoformat()}")
        if self._rung.knows(event):
            return 0
        rung = await self._doorbell.deal_won(DealWon(deal=deal.deal, event=event))
        self._rung.add(event)
        return rung


class PmPoll:
    """Reached milestones of the open contracts."""

    def __init__(
        self,
        pm: Pm,
        books: BillingLedger,
        doorbell: EventDispatcher,
        clock: Clock,
        overlap: timedelta,
    ) -> None:
        self._pm = pm
        self._books = books
        self._doorbell = doorbell
        self._rung = RecentEvents(clock, overlap)

    @activity.defn(name="pm.delta")
    async def delta(self) -> PollResult:
        awaiting = await self._books.open_contracts()
        rung = sum([await self._look_at(contract) for contract in awaiting])
        return PollResult(seen=len(awaiting), dispatched=rung)

    async def _look_at(self, contract: OpenContract) -> int:
        try:
            milestones = await self._pm.read_milestones(contract.deal, contract.project)
        except Absent:
            return 0  # cancelled meanwhile, or hidden from us: `cashward doctor` tells
        reached = [m for m in milestones if m.is_reached and m.item not in contract.claimed]
        return sum([await self._ring(contract.deal, milestone) for milestone in reached])

    async def _ring(self, deal: DealId, milestone: MilestoneProgress) -> int:
        event = EventId(f"reached:{deal}:{milestone.item}")
        if self._rung.knows(event):
            return 0
        fact = MilestoneReached(deal=deal, item=milestone.item, event=event)
        rung = await self._doorbell.milestone_reached(fact)
        self._rung.add(event)
        return rung


class ErpPoll:
    """Invoices of ours of which the ERP knows more than our books."""

    def __init__(  # noqa: PLR0913, PLR0917 - each is a thing it needs
        self,
        invoicing: Invoicing,
        books: BillingLedger,
        cursors: Cursors,
        doorbell: EventDispatcher,
        clock: Clock,
        overlap: timedelta,
    ) -> None:
        self._invoicing = invoicing
        self._books = books
        self._cursors = cursors
        self._doorbell = doorbell
        self._clock = clock
        self._overlap = overlap
        self._rung = RecentEvents(clock, overlap)

    @activity.defn(name="erp.delta")
    async def delta(self) -> PollResult:
        since = await self._cursors.read("erp") or self._clock() - FIRST_LOOK_BACK
        changed = await self._invoicing.changed_since(since - self._overlap)
        rung = sum([await self._ring(change) for change in changed])
        if changed:
            await self._cursors.advance("erp", max(change.changed_at for change in changed))
        return PollResult(seen=len(changed), dispatched=rung)

    async def _ring(self, change: ChangedInvoice) -> int:
        event = EventId(f"changed:{change.invoice.id}:{change.changed_at.isoformat()}")
        subject = Subject(change.invoice.reference.removeprefix("cw:"))
        claim = await self._books.find_claim(subject)
        if claim is None or self._rung.knows(event) or not is_news(claim, change.invoice):
            return 0
        fact = InvoiceChanged(deal=claim.deal, subject=subject, event=event)
        rung = await self._doorbell.invoice_changed(fact)
        self._rung.add(event)
        return rung


def is_news(claim: Claim, invoice: Invoice) -> bool:
    """Whether the ERP says more than the books know: the echo of our own issue does not."""
    if claim.state is not ClaimState.ISSUED:
        return False
    nothing = Money.zero(invoice.gross.currency)
    known = (claim.paid or nothing, claim.credited is not None)
    return invoice.status is InvoiceStatus.GONE or known != (invoice.paid, bool(invoice.credited))
