"""The state of one deal, with the signals, updates and queries of its run."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from temporalio import workflow
from temporalio.exceptions import FailureError
from temporalio.workflow import ChildWorkflowHandle, ExternalWorkflowHandle

from activities.bookkeeping import BookkeepingActivities as Bookkeeping
from activities.bookkeeping import ChargesMoved
from domain.attention import Attention
from domain.bill import Bill, BillReference, BillResult
from domain.billing_schedule import Transition
from domain.cash import Blocker, CashPosition, DealStatus, blockers
from domain.charge import ChargeState, ChargeStatus, Standing
from domain.command import ChargeRequest, CommandName
from domain.deal_snapshot import CancelRequest, DealSnapshot
from domain.difference import TermChange
from domain.event import (
    DealChanged,
    DealWon,
    InvoiceChanged,
    MilestoneReached,
    RecordsLost,
    TimeTurned,
)
from domain.ids import ChargeId, Subject
from domain.refusal import Refusal
from domain.responsibility import Party
from domain.stage import Stage
from workflows import presentation, workflow_ids
from workflows.attention import WithAttention
from workflows.closed_won_handoff import ClosedWonHandoff
from workflows.milestone_billing import MilestoneBilling
from workflows.steps import local_step

_IN_THE_ERP = (ChargeState.DRAFTED, ChargeState.ISSUED, ChargeState.PAID, ChargeState.CREDITED)
_BILLED = (ChargeState.ISSUED, ChargeState.PAID)
_BY_THE_RUN = (ChargeState.HELD, ChargeState.CREDITED, ChargeState.CANCELLED)
"""Where a charge stands by a decision, and not by what became of its bill."""
BILLABLE = Standing(state=ChargeState.BILLABLE, responsible=Party.CASHWARD)


class DealState(WithAttention):
    """The memory of a deal's run; signals and decisions change it, queries read it."""

    def __init__(self, life: DealSnapshot) -> None:
        super().__init__(life.deal)
        self.snapshot = life
        self.cancelled_by: CancelRequest | None = None
        self.bills: dict[Subject, ChildWorkflowHandle[Any, BillResult] | None] = {}
        """The open billing runs; None for one that an earlier run of this deal started."""
        self.starting = 0
        """Billing runs that were asked for and have not started yet."""
        self.reopened: list[Subject] = []
        """Bills that had ended before the ERP said something new of their invoice."""
        self.changed: DealChanged | None = None
        """The newest fact that the deal's record changed, until it is compared."""
        self.is_watched = False
        """Whether the record is being compared with the contract, or somebody decides about it."""
        self.must_look = False
        self.must_record = False
        """Whether our own records lack something of this deal."""
        self.has_moved = False
        self._raised: dict[tuple[str, str], Attention] = {}
        """The attentions of this deal's stages, by run and key."""
        self._moved: set[ChargeId] = set()
        self._ours = {status.charge.id for status in life.schedule.in_state(*_BY_THE_RUN)}
        """The charges that this run moved last on record; a bill's steps move the others."""

    # -- memory --------------------------------------------------------------------------------

    def update(self, **facts: object) -> None:
        """Remember these fields in the deal's snapshot."""
        self.snapshot = self.snapshot.model_copy(update=facts)

    def enter(self, stage: Stage) -> None:
        if stage is not self.snapshot.stage:
            self.update(stage=stage)
            self.show()

    def move(self, move: Transition) -> None:
        """Apply a transition of charges; books and CRM get the new figures later."""
        self.update(schedule=self.snapshot.schedule.apply(move, deal=self.deal, at=workflow.now()))
        self._moved |= set(move.charges)
        self.has_moved = True
        self._describe()

    def state(self, charge: ChargeId) -> ChargeState:
        return self.snapshot.schedule[charge].state

    def unrecorded(self) -> tuple[ChargeStatus, ...]:
        """Return the charges that moved otherwise than by a step of their bill."""
        moved = (each for each in self.snapshot.schedule.statuses if each.charge.id in self._moved)
        return tuple(
            each for each in moved if each.state in _BY_THE_RUN or each.charge.id in self._ours
        )

    async def record_charges(self) -> None:
        """Put on record where these charges stand."""
        found, self._moved = self.unrecorded(), set()
        for each in found:
            (self._ours.discard if each.state in _BILLED else self._ours.add)(each.charge.id)
        if found and self.snapshot.contract:
            moved = ChargesMoved(deal=self.deal, statuses=found)
            await local_step(Bookkeeping.move_charges, moved, "Record where the charges stand")

    def bill_for(self, status: ChargeStatus) -> Bill:
        """Return the order to bill this charge.

        Raises Refusal before the deal is kicked off, and where no tax can be determined.
        """
        return self.bill_of(self.snapshot.schedule.reference_for(status.charge.id))

    def bill_of(self, reference: BillReference) -> Bill:
        """Return the order for this bill.

        Raises Refusal before the deal is kicked off, and where its charges do not share one tax.
        """
        contract, kicked_off = self.snapshot.contract, self.snapshot.kicked_off
        if contract is None or kicked_off is None:
            raise Refusal(f"{self.deal} is not kicked off: there is nothing to bill")
        statuses = [self.snapshot.schedule[charge] for charge in reference.charges]
        taxes = [contract.tax_on(each.charge.tax_class, each.supply_date) for each in statuses]
        tax = taxes[0]
        if any(each != tax for each in taxes):
            raise Refusal(f"{', '.join(reference.charges)} are taxed differently: bill them apart")
        return Bill(
            deal=self.deal,
            deal_name=contract.name,
            url=contract.url,
            owner=contract.owner or "",
            customer_key=contract.customer,
            customer=kicked_off.customer.id,
            key=reference.key,
            revision=reference.revision,
            charges=tuple(status.charge for status in statuses),
            tax=tax,
            seller=contract.seller,
            payment_terms=contract.payment_terms,
            approve_above=self.snapshot.policy.approve_above,
            supplied_on=statuses[0].supply_date,
        )

    def position(self) -> CashPosition:
        return presentation.position(self.snapshot, today=workflow.now().date())

    def show(self) -> None:
        attentions = list(self._all_attentions())
        workflow.upsert_search_attributes(
            presentation.search_attributes(self.snapshot, needs_attention=bool(attentions))
        )
        self._describe()

    def _describe(self) -> None:
        today = workflow.now().date()
        workflow.set_current_details(
            presentation.details(self.snapshot, self._all_attentions(), today=today)
        )

    def _all_attentions(self) -> Iterator[Attention]:
        yield from self.attentions
        yield from self._raised.values()

    async def nobody_waits_for(self, run: str) -> None:
        """Drop the attentions of a run that was ended from outside."""
        await local_step(Bookkeeping.drop_attentions, run, "Nobody waits for a decision")
        for attention in [each for each in self._raised.values() if each.workflow == run]:
            self.attention_settled(attention)

    def _reflect(self, run: str) -> None:
        """Hold the charges of a parked billing run that has issued nothing, or let them go on."""
        attention = next((each for each in self._raised.values() if each.workflow == run), None)
        for bill in self.snapshot.schedule.bills:
            subject = bill.reference.subject(self.deal)
            if workflow_ids.billing_run(subject) != run or bill.invoice:
                continue
            waiting = {ChargeState.DRAFTED, ChargeState.HELD}
            if all(self.state(charge) in waiting for charge in bill.reference.charges):
                standing = standing_of(attention)
                charges = bill.reference.charges
                self.move(Transition(charges=charges, standing=standing, bill=subject))

    def _reopen(self, subject: Subject) -> None:
        """Note a bill to look at again: a payment was reversed, or its run was terminated."""
        known = self.snapshot.schedule.bill(subject, self.deal)
        is_open = self.bills.get(subject) is not None
        if known is None or is_open or subject in self.reopened:
            return
        if known.invoice or self.state(known.reference.charges[0]) in _IN_THE_ERP:
            self.bills.pop(subject, None)
            self.reopened.append(subject)

    def _is_unseen_to(self, charge: ChargeId) -> bool:
        """Return whether no known run bills the charge: it ended, or an earlier run began it."""
        bill = self.snapshot.schedule.bill_of(charge)
        return bill is None or self.bills.get(bill.reference.subject(self.deal)) is None

    async def question(self, changes: tuple[TermChange, ...]) -> None:
        """Hold the charges that these changes touch, and let go those that only others touched."""
        before = self.snapshot.questioned
        self.update(questioned=changes)
        touched = {charge for change in (*before, *changes) for charge in change.charges}
        found = (self.snapshot.schedule.bill(subject, self.deal) for subject in self.bills)
        open_bills = [bill.reference for bill in found if bill]
        for bill in open_bills:
            if touched & set(bill.charges):
                await self._hold_bill(bill)
        reasons = set(map(str, before))
        on_bills = {charge for bill in open_bills for charge in bill.charges}
        for status in self.snapshot.schedule.in_state(ChargeState.HELD):
            charge = status.charge.id
            is_let_go = status.reason in reasons and not self.snapshot.why_held(charge)
            if is_let_go and charge not in on_bills:
                self.move(Transition(charges=(charge,), standing=BILLABLE))

    async def _hold_bill(self, bill: BillReference) -> None:
        """Hold a bill while any of its charges is touched; one that is issued takes no notice."""
        why = next(filter(None, map(self.snapshot.why_held, bill.charges)), "")
        run = workflow_ids.billing_run(bill.subject(self.deal))
        billing = workflow.get_external_workflow_handle_for(MilestoneBilling.run, run)
        with suppress(FailureError):  # it has just ended
            await billing.signal(MilestoneBilling.questioned, why)

    # -- what people and systems say -----------------------------------------------------------

    @workflow.signal(description="The deal's record changed in the CRM.")
    async def deal_won(self, fact: DealWon) -> None:
        if any(run == workflow_ids.handoff_run(self.deal) for run, _ in self._raised):
            handoff: ExternalWorkflowHandle[ClosedWonHandoff] = (
                workflow.get_external_workflow_handle_for(
                    ClosedWonHandoff.run, workflow_ids.handoff_run(self.deal)
                )
            )
            await handoff.signal(ClosedWonHandoff.deal_won, fact)

    @workflow.signal(description="Sales changed a deal that is carried: compare it.")
    def deal_changed(self, fact: DealChanged) -> None:
        self.changed = fact

    @workflow.signal(description="The CRM differs from the contract: hold what that touches.")
    async def terms_questioned(self, changes: tuple[TermChange, ...]) -> None:
        await self.question(changes)

    @workflow.signal(description="A milestone was reached in the PM.")
    def milestone_reached(self, fact: MilestoneReached) -> None:
        self.must_look = True

    @workflow.signal(description="The deal has other time to bill.")
    def time_turned(self, fact: TimeTurned) -> None:
        self.must_look = True

    @workflow.signal(description="An invoice of this deal changed in the ERP.")
    async def invoice_changed(self, fact: InvoiceChanged) -> None:
        billing: ExternalWorkflowHandle[MilestoneBilling] = (
            workflow.get_external_workflow_handle_for(
                MilestoneBilling.run, workflow_ids.billing_run(fact.subject)
            )
        )
        try:
            await billing.signal(MilestoneBilling.invoice_changed, fact)
        except FailureError:
            self._reopen(fact.subject)

    @workflow.signal(description="Our records lack something of this deal, as after a restore.")
    async def records_lost(self, fact: RecordsLost) -> None:
        self.must_record = True
        for attention in tuple(self._all_attentions()):
            await local_step(Bookkeeping.add_attention, attention, "List it again")

    @workflow.signal(description="A bill of this deal came further.")
    def charge_moved(self, move: Transition) -> None:
        self.move(move)
        if move.is_last and move.bill:
            self.bills.pop(move.bill, None)

    @workflow.signal(description="A stage of this deal needs a person.")
    def attention_raised(self, attention: Attention) -> None:
        self._raised[attention.workflow, attention.key] = attention
        self._reflect(attention.workflow)
        self.show()

    @workflow.signal(description="A stage of this deal goes on.")
    def attention_settled(self, attention: Attention) -> None:
        self._raised.pop((attention.workflow, attention.key), None)
        self._reflect(attention.workflow)
        self.show()

    @workflow.update(description="Cancel the deal: take back what can be taken back.")
    async def cancel(self, request: CancelRequest) -> str:
        self.cancelled_by = request
        return await self.accept(
            CommandName.CANCEL, request, f"{self.deal} is being cancelled by {request.by}"
        )

    @cancel.validator
    def _cancel_once(self, request: CancelRequest) -> None:
        if self.cancelled_by or self.snapshot.stage.is_final:
            raise Refusal(f"{self.deal} is already {self.snapshot.stage}")

    @workflow.update(description="Hold a charge back before it is billed.")
    async def hold(self, request: ChargeRequest) -> str:
        self.update(held={**self.snapshot.held, request.charge: request.reason})
        return await self.accept(
            CommandName.HOLD, request, f"{request.charge} is held: {request.reason}"
        )

    @hold.validator
    def _hold_what_is_not_billed(self, request: ChargeRequest) -> None:
        state = self.state(request.charge)
        if state not in {ChargeState.PLANNED, ChargeState.BILLABLE}:
            raise Refusal(f"{request.charge} is {state}: only what is not billed yet can be held")

    @workflow.update(description="Release a held charge.")
    async def release(self, request: ChargeRequest) -> str:
        key = request.charge
        self.update(held={k: why for k, why in self.snapshot.held.items() if k != key})
        if self.state(key) is ChargeState.HELD:
            self.move(Transition(charges=(key,), standing=BILLABLE))
        return await self.accept(CommandName.RELEASE, request, f"{key} is released by {request.by}")

    @release.validator
    def _release_what_is_held(self, request: ChargeRequest) -> None:
        key = request.charge
        if key not in self.snapshot.held and (why := self.snapshot.why_held(key)):
            raise Refusal(f"{key} is held until somebody decides about {why}")
        is_lost = self.state(key) is ChargeState.HELD and self._is_unseen_to(key)
        if key not in self.snapshot.held and not is_lost:
            raise Refusal(f"{key} of {self.deal} is not held")

    @workflow.query(description="All that the run remembers.")
    def remembered(self) -> DealSnapshot:
        return self.snapshot

    @workflow.query(description="Where the deal stands and what it waits for.")
    def status(self) -> DealStatus:
        return presentation.status(self.snapshot, self._all_attentions())

    @workflow.query(description="Contracted, billable, held, billed, credited, paid, outstanding.")
    def cash_position(self) -> CashPosition:
        return self.position()

    @workflow.query(description="Every charge: amount, state, invoice.")
    def billing_schedule(self) -> tuple[ChargeStatus, ...]:
        return self.snapshot.schedule.statuses

    @workflow.query(description="Why is this not invoiced yet? A reason and a name per charge.")
    def blockers(self) -> tuple[Blocker, ...]:
        return blockers(self.snapshot.schedule.statuses)


def standing_of(attention: Attention | None) -> Standing:
    """Return where the charges of a parked bill stand, or of one that goes on."""
    if attention is None:
        return Standing.drafted()
    return Standing.held(attention.why, attention.responsible[0])
