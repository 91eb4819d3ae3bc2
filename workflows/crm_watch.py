"""Watches the CRM: what sales change of a won deal holds what it touches until somebody decides."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ChildWorkflowError, FailureError
from temporalio.workflow import ChildWorkflowHandle

from activities.crm import CrmActivities as Crm
from domain.attention import Action, Attention
from domain.contract import Contract
from domain.deal import Finding
from domain.deal_snapshot import CancelRequest
from domain.difference import STAGE, TermChange, difference
from domain.event import DealChanged
from domain.ids import DealId, EventId
from domain.responsibility import Party
from domain.value import Value
from workflows import workflow_ids
from workflows.attention import Skipped, WithAttention
from workflows.deal_state import DealState
from workflows.steps import started, wait_until_done

KEEP, CANCEL = "keep", "cancel"


class WatchRequest(Value):
    """The request to compare a deal's record with its contract; `kept` was decided before."""

    deal: DealId
    contract: Contract
    kept: tuple[TermChange, ...]


class WatchResult(Value):
    """The changes against which the contract is kept; or the request to cancel the deal."""

    kept: tuple[TermChange, ...]
    cancel: CancelRequest | None = None


@workflow.defn(name="crm-watch")
class CrmWatch(WithAttention):
    """Reads a deal's record once, and again while somebody has to decide about it."""

    @workflow.init
    def __init__(self, request: WatchRequest) -> None:
        super().__init__(request.deal)
        self._questioned: tuple[TermChange, ...] = ()
        self._has_changed = False
        """Whether the record changed since it was read."""

    @workflow.run
    async def run(self, request: WatchRequest) -> WatchResult:
        kept = request.kept
        while True:
            self._has_changed = False
            try:
                changes = await self._changes(request.contract)
            except Skipped:
                return WatchResult(kept=kept)
            # What was changed back is asked about again, should it come again.
            kept = tuple(change for change in kept if change in changes)
            news = tuple(change for change in changes if change not in kept)
            await self._question(news)
            if self._has_changed:
                continue
            if not news:
                return WatchResult(kept=kept)
            decision = await self.park(self._ask(news))
            if decision.choice == CANCEL:
                reason = decision.reason or "the deal is not won any more"
                return WatchResult(kept=kept, cancel=CancelRequest(by=decision.by, reason=reason))
            if decision.choice == KEEP:
                kept = (*kept, *news)

    async def _changes(self, contract: Contract) -> tuple[TermChange, ...]:
        deal = await self.attempt(
            Crm.read_deal,
            self.deal,
            "Compare the deal with its contract",
            verbs=(Action.RETRY, Action.SKIP),
        )
        return difference(contract, deal)

    async def _question(self, changes: tuple[TermChange, ...]) -> None:
        """Let the deal hold what these changes touch, and nothing else."""
        if changes != self._questioned:
            self._questioned = changes
            await self.tell_parent("terms_questioned", changes)

    def _ask(self, changes: tuple[TermChange, ...]) -> Attention:
        is_lost = any(change.field == STAGE for change in changes)
        what = "the deal is not won any more" if is_lost else "the CRM differs from the contract"
        way_out = f"{CANCEL} it, or {KEEP} the contract" if is_lost else f"{KEEP} the contract"
        return self.attention(
            "terms",
            what=f"{what}: the charges that this touches are held",
            why=f"{'; '.join(map(str, changes))}. Change it back in the CRM, or {way_out}",
            responsible=(Party.DEAL_OWNER, Party.FINANCE),
            verbs=(Action.RETRY, Action.AMEND),
            findings=tuple(map(_finding, changes)),
            choices=(CANCEL, KEEP) if is_lost else (KEEP,),
        )

    @workflow.signal(description="The deal's record changed again: compare it again.")
    def deal_changed(self, fact: DealChanged) -> None:
        self._has_changed = True
        self.look_again(f"the CRM told {fact.event}")


async def watch_the_crm(deal: DealState) -> None:
    """Compare the deal with its contract whenever its record changed, until cancelled."""
    while True:
        await workflow.wait_condition(lambda: bool(deal.changed and deal.snapshot.contract))
        deal.is_watched = True
        try:
            result = await _compare(deal)
        except ChildWorkflowError as ended:
            await deal.nobody_waits_for(ended.workflow_id)
            deal.changed = deal.changed or DealChanged(deal=deal.deal, event=EventId("lost"))
        else:
            await deal.question(())
            deal.update(kept=result.kept)
            deal.cancelled_by = deal.cancelled_by or result.cancel
        finally:
            deal.is_watched = False


async def _compare(deal: DealState) -> WatchResult:
    """Run a watch to its end; what changes meanwhile is passed on to it."""
    contract = deal.snapshot.contract
    assert contract is not None  # noqa: S101 - the caller waited for it
    deal.changed = None
    watch = await started(
        workflow.start_child_workflow(
            CrmWatch.run,
            WatchRequest(deal=deal.deal, contract=contract, kept=deal.snapshot.kept),
            id=workflow_ids.crm_watch(deal.deal),
            static_summary="Compare the deal with its contract",
        )
    )
    passing_on = asyncio.create_task(_pass_on(deal, watch))
    try:
        return await wait_until_done(watch)
    finally:
        passing_on.cancel()


async def _pass_on(deal: DealState, watch: ChildWorkflowHandle[CrmWatch, WatchResult]) -> None:
    while True:
        await workflow.wait_condition(lambda: deal.changed is not None)
        if fact := deal.changed:
            try:
                await watch.signal(CrmWatch.deal_changed, fact)
            except FailureError:  # it has just ended: the next one reads the record again
                return
            if deal.changed is fact:
                deal.changed = None


def _finding(change: TermChange) -> Finding:
    problem = f"agreed {change.agreed or 'nothing'}, now {change.found or 'nothing'}"
    return Finding(field=change.field, problem=problem, responsible=Party.DEAL_OWNER)
