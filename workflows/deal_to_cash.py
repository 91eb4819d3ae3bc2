"""Deal to cash: the whole life of one deal, from closed-won until its last invoice is paid."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ChildWorkflowError, FailureError
from temporalio.workflow import ChildWorkflowHandle

from activities.bookkeeping import BookkeepingActivities as Bookkeeping
from activities.bookkeeping import ContractClosing
from activities.crm import CrmActivities as Crm
from activities.pm import PmActivities as Pm
from activities.pm import ReadMilestones
from domain.actor import TEMPORAL
from domain.attention import Action
from domain.billing_schedule import BillingSchedule, Transition
from domain.charge import ChargeState, ChargeStatus, Standing
from domain.deal_snapshot import CancelRequest, DealSnapshot, Outcome
from domain.ids import ChargeId
from domain.kickoff import HandoffRequest, StageAborted, plan_kickoff
from domain.project import plan_project
from domain.refusal import Refusal
from domain.responsibility import Party
from domain.stage import Stage
from domain.write_back import write_back
from workflows import workflow_ids
from workflows.attention import Aborted, Skipped
from workflows.billing_runs import BillingRuns
from workflows.cancellation import cancel_deal
from workflows.closed_won_handoff import ClosedWonHandoff
from workflows.crm_watch import watch_the_crm
from workflows.deal_state import BILLABLE
from workflows.kickoff_provisioning import KickoffProvisioning
from workflows.record_again import record_again
from workflows.steps import child, local_step, side_by_side

Result = TypeVar("Result")
Starting = Callable[[], Coroutine[Any, Any, ChildWorkflowHandle[Any, Result]]]


@workflow.defn(name="deal-to-cash")
class DealToCash(BillingRuns):
    """Hands the deal off, kicks its project off, bills what is reached, and sees it paid."""

    @workflow.init
    def __init__(self, life: DealSnapshot) -> None:
        super().__init__(life)
        self._written = ""
        """What this run last wrote to the CRM of the money; a new run writes once more."""
        self._at_work = 0
        """How many loops are at work."""
        self._has_ended = False

    @workflow.run
    async def run(self, life: DealSnapshot) -> Outcome:
        self.adopt_open_bills()
        carrying = asyncio.create_task(self._carry_to_cash())
        watching = asyncio.create_task(watch_the_crm(self))
        await self._until_cancelled_or(carrying)
        ended = await self._rest(carrying)
        await _stop(watching)
        return ended if isinstance(ended, Outcome) else await cancel_deal(self, ended)

    async def _carry_to_cash(self) -> Outcome:
        await self._hand_off()
        await self._kick_off()
        await workflow.wait_condition(lambda: not self.starting)
        # A system that cannot be used stops its own loop only.
        loops = (self._watch_the_pm(), self._bill(), self._keep_books(), self._tell_the_crm())
        self._at_work = len(loops)
        await side_by_side(*loops)
        if not self._is_collected():
            workflow.continue_as_new(
                self.snapshot.model_copy(update={"open_bills": tuple(self.bills)})
            )
        await local_step(
            Bookkeeping.close_contract,
            ContractClosing(deal=self.deal, stage=Stage.CLOSED),
            "Close the contract",
        )
        return Outcome(deal=self.deal, stage=self.snapshot.stage)

    async def _watch_the_pm(self) -> None:
        while await self._until(lambda: self.must_look):
            await self._look_at_milestones()

    async def _bill(self) -> None:
        while await self._until(self._has_to_bill):
            await self._put_on_record_again()
            await self._bill_what_is_billable()
            await self.collect_again()

    async def _keep_books(self) -> None:
        while await self._until(lambda: bool(self.unrecorded())):
            await self.record_charges()

    async def _tell_the_crm(self) -> None:
        while await self._until(lambda: self.has_moved):
            await self._write_back()

    async def _until(self, is_due: Callable[[], bool]) -> bool:
        """Wait until a loop has work; return False once no loop has any in this run."""
        self._at_work -= 1
        await workflow.wait_condition(lambda: is_due() or self._are_loops_done())
        self._at_work += is_due()
        return is_due()

    def _are_loops_done(self) -> bool:
        if not self._at_work and not self._has_ended:
            self._has_ended = self._is_collected() or self._is_long_and_quiet()
        return self._has_ended

    def _has_to_bill(self) -> bool:
        billable = self.snapshot.schedule.in_state(ChargeState.BILLABLE)
        return bool(self.must_record or self.reopened or billable)

    def _is_collected(self) -> bool:
        """Return whether all is paid, credited or cancelled, the CRM knows, and no bill is open."""
        has_work = self.must_record or self.has_moved or self.reopened or self.unrecorded()
        is_open = has_work or self.bills or self.starting
        return self.snapshot.schedule.is_complete and not is_open

    def _is_long_and_quiet(self) -> bool:
        has_work = self.must_look or self.has_moved or self._has_to_bill() or self.unrecorded()
        is_watched = self.changed or self.is_watched
        is_busy = has_work or is_watched or self.attentions or self.cancelled_by
        # A signal that is still being passed on must not end with this run.
        is_quiet = not is_busy and workflow.all_handlers_finished()
        return is_quiet and workflow.info().is_continue_as_new_suggested()

    async def _hand_off(self) -> None:
        if self.snapshot.contract:
            return
        self.enter(Stage.HANDOFF)
        request = HandoffRequest(deal=self.deal, policy=self.snapshot.policy)
        handed = await self._through(
            lambda: workflow.start_child_workflow(
                ClosedWonHandoff.run,
                request,
                id=workflow_ids.handoff_run(self.deal),
                static_summary="Check the deal, find its customer",
            )
        )
        if isinstance(handed, StageAborted):
            raise Aborted(handed.reason, handed.by)
        contract = handed.contract
        self.update(
            contract=contract,
            kickoff=plan_kickoff(handed, plan_project(contract, self.snapshot.policy)),
            schedule=BillingSchedule.of(contract.charges, at=workflow.now()),
        )

    async def _kick_off(self) -> None:
        kickoff = self.snapshot.kickoff
        if self.snapshot.kicked_off or not kickoff:
            return
        self.enter(Stage.KICKOFF)
        kicked_off = await self._through(
            lambda: workflow.start_child_workflow(
                KickoffProvisioning.run,
                kickoff,
                id=workflow_ids.kickoff_run(self.deal),
                static_summary=f"Set up {kickoff.plan.name}",
            )
        )
        if isinstance(kicked_off, StageAborted):
            raise Aborted(kicked_off.reason, kicked_off.by)
        self.update(kicked_off=kicked_off)
        self.enter(Stage.DELIVERY)
        # Kickoff told the CRM of the contract, and that nothing is billed.
        self._written = write_back(self.position(), self.snapshot.stage, revision=0).identity()

    async def _through(self, starting: Starting[Result]) -> Result:
        """Run a stage to its end; start it again on `retry` if it was ended from outside."""
        while True:
            try:
                return await child(starting())
            except ChildWorkflowError as ended:
                await self.nobody_waits_for(ended.workflow_id)
                await self.park(
                    self.attention(
                        "StageEnded",
                        what=f"the run {ended.workflow_id} was ended from outside",
                        why=f"Temporal says: {ended.cause or ended}",
                        responsible=(Party.OPERATOR,),
                        verbs=(Action.RETRY, Action.ABORT),
                    )
                )

    async def _put_on_record_again(self) -> None:
        if self.must_record:
            self.must_record = False
            await record_again(self)
            self._written = ""
            self.has_moved = True

    async def _look_at_milestones(self) -> None:
        """Read the milestones after a signal: only the PM says what is reached."""
        self.must_look = False
        contract, kicked_off = self.snapshot.contract, self.snapshot.kicked_off
        if not contract or not kicked_off:
            return
        asked = ReadMilestones(deal=self.deal, project=kicked_off.project.id)
        for milestone in await self.attempt(Pm.read_milestones, asked, "See what is reached"):
            charge = ChargeId(milestone.milestone)
            if milestone.is_reached and self.state(charge) is ChargeState.PLANNED:
                day = contract.seller.local_day(workflow.now())
                self.move(Transition(charges=(charge,), standing=BILLABLE, reached_on=day))

    async def _bill_what_is_billable(self) -> None:
        """Bill each charge by itself, unless somebody holds it."""
        bills = []
        for status in self.snapshot.schedule.in_state(ChargeState.BILLABLE):
            why = self._held_because(status)
            standing = Standing.drafted() if why is None else Standing.held(why)
            self.move(Transition(charges=(status.charge.id,), standing=standing))
            if why is None:
                bills.append(self.bill_for(status))
        await self.launch(bills)

    def _held_because(self, status: ChargeStatus) -> str | None:
        """Return why a charge is not billed: somebody holds it, or no tax can be determined."""
        if (held := self.snapshot.why_held(status.charge.id)) is not None:
            return held
        try:
            self.bill_for(status)
        except Refusal as refused:
            return str(refused)
        return None

    async def _write_back(self) -> None:
        """Write the revenue to the deal's record if it changed, as absolute values."""
        self.has_moved = False
        if not self.snapshot.kicked_off:
            return
        command = write_back(
            self.position(), self.snapshot.stage, revision=self.snapshot.revision + 1
        )
        if command.identity() == self._written:
            return
        self.update(revision=self.snapshot.revision + 1)
        summary = f"Tell the CRM: billed {command.billed}, paid {command.paid}"
        with suppress(Skipped):
            await self.attempt(Crm.write_back, command, summary, verbs=(Action.RETRY, Action.SKIP))
        self._written = command.identity()

    def move(self, move: Transition) -> None:
        super().move(move)
        if self.snapshot.kicked_off and not self.cancelled_by:
            self.enter(self._stage_of_the_money())

    def _stage_of_the_money(self) -> Stage:
        schedule = self.snapshot.schedule
        if schedule.is_complete:
            return Stage.CLOSED
        return Stage.COLLECTION if schedule.is_invoiced else Stage.DELIVERY

    async def _until_cancelled_or(self, carrying: "asyncio.Task[Outcome]") -> None:
        try:
            await workflow.wait_condition(lambda: carrying.done() or self.cancelled_by is not None)
        except asyncio.CancelledError:
            self.cancelled_by = CancelRequest(by=TEMPORAL, reason="the run was cancelled")

    async def _rest(self, carrying: "asyncio.Task[Outcome]") -> Outcome | CancelRequest:
        """Return the deal's outcome, or who gave it up."""
        if self.cancelled_by:
            carrying.cancel()
        try:
            return await carrying
        except Aborted as aborted:
            gave_up = CancelRequest(by=aborted.by, reason=str(aborted))
            self.cancelled_by = self.cancelled_by or gave_up
            return self.cancelled_by
        except asyncio.CancelledError:
            return self.cancelled_by or CancelRequest(by=TEMPORAL, reason="the run was cancelled")


async def _stop(watching: "asyncio.Task[None]") -> None:
    """Drop what the watch asks, since the deal is over."""
    watching.cancel()
    with suppress(FailureError, asyncio.CancelledError):
        await watching
