"""Parks runs: a parked run says what it needs and from whom, and goes on when told."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError
from temporalio.types import MethodAsyncSingleParam

from activities.bookkeeping import BookkeepingActivities, Resolution
from domain.actor import CASHWARD, Actor
from domain.attention import Action, Attention, Decision, responsible_for
from domain.command import ChargeRequest, CommandName, CommandRecord
from domain.deal import Finding
from domain.deal_snapshot import CancelRequest
from domain.ids import DealId
from domain.refusal import Refusal
from domain.responsibility import Party, name_parties
from workflows.owner_task import OwnerTaskHandle
from workflows.search_attributes import NEEDS_ATTENTION
from workflows.steps import PATIENT_OPTIONS, is_refusal, local_step, step, wait_until_done

S = TypeVar("S")
Command = TypeVar("Command")
Result = TypeVar("Result")

_MENDS_ITSELF = frozenset({"Misconfigured", "Unreachable"})
"""The failures after which a step may succeed without a decision: a token is renewed, a system is
back."""

RETRY_OR_ABORT = (Action.RETRY, Action.ABORT)
_BY_ITSELF = Decision(action=Action.RETRY, by=CASHWARD, reason="looked again by itself")


class Aborted(Refusal):
    """A person decided to give this up."""

    def __init__(self, message: str, by: Actor) -> None:
        super().__init__(message)
        self.by = by


class WithAttention:
    """A workflow that people can help. Subclasses call `park`, or run their steps by `attempt`."""

    def __init__(self, deal: DealId) -> None:
        self.deal = deal
        self.current: Attention | None = None
        self._decision: Decision | None = None
        self._looked_at: Attention | None = None
        """What this run looked at again by itself: if it stands, it has stood since then."""
        self._asked: OwnerTaskHandle | None = None

    async def attempt(
        self,
        activity: MethodAsyncSingleParam[S, Command, Result],
        command: Command,
        summary: str,
        *,
        verbs: tuple[Action, ...] = RETRY_OR_ABORT,
    ) -> Result:
        """Run a step; park where it cannot succeed, and run it again on `retry`.

        While a run is parked because a system cannot be used, its step is tried on.
        """
        trying: Awaitable[Result] = step(activity, command, summary)
        while True:
            try:
                result = await trying
            except ActivityError as failure:
                if not is_refusal(failure):
                    raise
                attention = self._failed(failure, summary, verbs)
            else:
                self._looked_at = None
                return result
            patient: asyncio.Task[Result] | None = None
            if attention.kind in _MENDS_ITSELF:
                patient = asyncio.create_task(
                    step(activity, command, summary, options=PATIENT_OPTIONS)
                )
            decision = await self.park(attention, meanwhile=patient)
            if decision.action is Action.SKIP:
                raise Skipped(f"{decision.by} skipped it: {decision.reason or summary}")
            is_tried = patient and not patient.cancelled()
            trying = patient if patient and is_tried else step(activity, command, summary)

    async def park(
        self, attention: Attention, *, meanwhile: asyncio.Task[Any] | None = None
    ) -> Decision:
        """Wait for a person, or until `meanwhile` ends; it is cancelled once a person decides.

        Raises Aborted when the person says so.
        """
        self._decision = None
        self.current = attention
        try:
            await local_step(
                BookkeepingActivities.add_attention,
                attention,
                f"Ask {name_parties(attention.responsible)}",
            )
            self._asked = OwnerTaskHandle(attention) if attention.is_for_owner else None
            await self._tell(attention)
            await workflow.wait_condition(
                lambda: bool(self._decision or (meanwhile and meanwhile.done()))
            )
        except asyncio.CancelledError:
            await _end(meanwhile)
            await self._unpark(
                attention, Decision(action=Action.ABORT, by=CASHWARD, reason="cancelled")
            )
            raise
        await _end(meanwhile)
        decision = self._taken()
        await self._unpark(attention, decision)
        self._looked_at = attention if decision.by == CASHWARD else None
        if decision.action is Action.ABORT:
            why = decision.reason or attention.what
            raise Aborted(f"{decision.by} gave up: {why}", decision.by)
        return decision

    def _taken(self) -> Decision:
        return self._decision or _BY_ITSELF

    def look_again(self, reason: str) -> None:
        """Try again, since what we wait for may have happened; a person's decision comes first."""
        if self.current and Action.RETRY in self.current.actions and self._decision is None:
            self._decision = _BY_ITSELF.model_copy(update={"reason": reason})

    def attention(  # noqa: PLR0913 - the facts of an attention, by name
        self,
        kind: str,
        *,
        what: str,
        why: str,
        responsible: tuple[Party, ...],
        verbs: tuple[Action, ...],
        findings: tuple[Finding, ...] = (),
        choices: tuple[str, ...] = (),
    ) -> Attention:
        before = self._looked_at
        stands = before is not None and (before.kind, before.what) == (kind, what)
        return Attention(
            key=kind,
            workflow=workflow.info().workflow_id,
            deal=self.deal,
            kind=kind,
            what=what,
            why=why,
            responsible=responsible,
            since=before.since if before and stands else workflow.now(),
            actions=verbs,
            findings=findings,
            choices=choices,
        )

    @workflow.update(description="Decide about a parked run: retry, skip, amend or abort.")
    def decide(self, decision: Decision) -> str:
        self._decision = decision
        return f"{self.current.kind if self.current else ''}: {decision.action}"

    @decide.validator
    def _decide_what_is_open(self, decision: Decision) -> None:
        if self.current is None or self._decision is not None:
            raise ApplicationError("this run waits for no decision", type="NothingOpen")
        try:
            self.current.check(decision)
        except Refusal as refusal:
            raise ApplicationError(str(refusal), type="NotPossible") from refusal

    @workflow.query(description="What this run needs a person for, if anything.")
    def open_attention(self) -> Attention | None:
        return self.current

    async def accept(
        self, command: CommandName, request: ChargeRequest | CancelRequest, answer: str
    ) -> str:
        """Record a command that this run carries out, and return the answer."""
        update, info = workflow.current_update_info(), workflow.info()
        record = CommandRecord(
            id=update.id if update else info.run_id,
            deal=self.deal,
            command=command,
            actor=request.by,
            charge=request.charge if isinstance(request, ChargeRequest) else "",
            reason=request.reason,
            answer=answer,
            workflow=info.workflow_id,
        )
        await local_step(
            BookkeepingActivities.record_command, record, f"Record {command} by {request.by}"
        )
        return answer

    def _failed(self, failure: ActivityError, summary: str, verbs: tuple[Action, ...]) -> Attention:
        kind, why = cause_of(failure)
        return self.attention(
            kind,
            what=f"could not: {summary[0].lower()}{summary[1:]}",
            why=why,
            responsible=(responsible_for(kind),),
            verbs=verbs,
        )

    async def _unpark(self, attention: Attention, decision: Decision) -> None:
        self.current = None
        settled = Resolution(workflow=attention.workflow, key=attention.key, decision=decision)
        await local_step(
            BookkeepingActivities.resolve_attention, settled, f"{decision.action} by {decision.by}"
        )
        await self._tell(None)
        if self._asked:
            await self._asked.close()

    async def _tell(self, attention: Attention | None) -> None:
        """Show the attention on this run and on its deal's run."""
        self.show()
        if attention:
            await self.tell_parent("attention_raised", attention)
        else:
            await self.tell_parent("attention_settled", workflow.info().workflow_id)

    def show(self) -> None:
        """Show in the Temporal UI where this run stands."""
        workflow.upsert_search_attributes([NEEDS_ATTENTION.value_set(self.current is not None)])
        workflow.set_current_details(describe(self.current) if self.current else "")

    async def tell_parent(self, signal: str, fact: object) -> None:
        """Signal the deal's run that started this one, if it is still open."""
        parent = workflow.info().parent
        if parent is None:
            return
        try:
            deal = workflow.get_external_workflow_handle(parent.workflow_id)
            await wait_until_done(asyncio.ensure_future(deal.signal(signal, fact)))
        except FailureError:
            workflow.logger.info("the deal's run is gone")


async def _end(task: asyncio.Task[Any] | None) -> None:
    """Cancel a task that still runs, and wait until it ends."""
    if task and not task.done():
        task.cancel()
        await asyncio.wait([task])


class Skipped(Refusal):
    """A person decided that this step is not needed."""


def cause_of(failure: ActivityError) -> tuple[str, str]:
    """Return the kind of attention and its reason, in the words of the system that refused."""
    cause = failure.cause
    if isinstance(cause, ApplicationError):
        return cause.type or "Rejected", cause.message
    return "Unreachable", f"gave up after {failure.message}"


def describe(attention: Attention) -> str:
    """Return what the Temporal UI shows of a parked run."""
    rows = "".join(f"\n| {f.field} | {f.problem} | {f.responsible} |" for f in attention.findings)
    table = f"\n\n| field | what is wrong | who mends it |\n|---|---|---|{rows}" if rows else ""
    verbs = ", ".join(f"`{verb}`" for verb in attention.actions)
    responsible = name_parties(attention.responsible)
    return (
        f"### Needs {responsible}\n**{attention.what}**\n\n{attention.why}{table}\n\n"
        f"Then: {verbs}, by `cashward attention …` for `{attention.workflow}`"
    )
