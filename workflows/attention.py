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
from workflows.task_queues import name_of

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


class _Parked:
    """An open attention, and what was decided about it."""

    def __init__(self, attention: Attention) -> None:
        self.attention = attention
        self.decision: Decision | None = None

    def is_ready_for(self, action: Action) -> bool:
        return self.decision is None and action in self.attention.actions


class WithAttention:
    """A workflow that people can help. Subclasses call `park`, or run their steps by `attempt`.

    Several attentions may be open side by side, each under its key.
    """

    def __init__(self, deal: DealId) -> None:
        self.deal = deal
        self._parked: dict[str, _Parked] = {}

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
                return await trying
            except ActivityError as failure:
                if not is_refusal(failure):
                    raise
                attention = self._failed(failure, name_of(activity), summary, verbs)
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
        parked = self._parked[attention.key] = _Parked(attention)
        asked: OwnerTaskHandle | None = None
        try:
            await local_step(
                BookkeepingActivities.add_attention,
                attention,
                f"Ask {name_parties(attention.responsible)}",
            )
            asked = OwnerTaskHandle(attention) if attention.is_for_owner else None
            self.show()
            await self.tell_parent("attention_raised", attention)
            await workflow.wait_condition(
                lambda: bool(parked.decision or (meanwhile and meanwhile.done()))
            )
        except asyncio.CancelledError:
            await _end(meanwhile)
            cancelled = Decision(action=Action.ABORT, by=CASHWARD, reason="cancelled")
            await self._unpark(attention, cancelled, asked)
            raise
        await _end(meanwhile)
        decision = parked.decision or _BY_ITSELF
        await self._unpark(attention, decision, asked)
        if decision.action is Action.ABORT:
            why = decision.reason or attention.what
            raise Aborted(f"{decision.by} gave up: {why}", decision.by)
        return decision

    def look_again(self, reason: str, *, kind: str | None = None) -> None:
        """Try again, since what we wait for may have happened; a person's decision comes first."""
        for parked in self._parked.values():
            if parked.is_ready_for(Action.RETRY) and kind in {None, parked.attention.kind}:
                parked.decision = _BY_ITSELF.model_copy(update={"reason": reason})

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
        key: str = "",
    ) -> Attention:
        """Return an attention of this run. Its key tells it from others that are open here."""
        return Attention(
            key=key or kind,
            workflow=workflow.info().workflow_id,
            deal=self.deal,
            kind=kind,
            what=what,
            why=why,
            responsible=responsible,
            since=workflow.now(),
            actions=verbs,
            findings=findings,
            choices=choices,
        )

    @property
    def attentions(self) -> tuple[Attention, ...]:
        """What this run needs people for, oldest first."""
        return tuple(parked.attention for parked in self._parked.values())

    @workflow.update(description="Decide about a parked run: retry, skip, amend or abort.")
    def decide(self, decision: Decision) -> str:
        parked = self._meant(decision)
        parked.decision = decision
        return f"{parked.attention.kind}: {decision.action}"

    @decide.validator
    def _decide_what_is_open(self, decision: Decision) -> None:
        try:
            self._meant(decision).attention.check(decision)
        except Refusal as refusal:
            raise ApplicationError(str(refusal), type="NotPossible") from refusal

    def _meant(self, decision: Decision) -> _Parked:
        """Return the attention that a decision is about. Raises NothingOpen if it is not open."""
        undecided = {key: parked for key, parked in self._parked.items() if not parked.decision}
        if not undecided:
            raise ApplicationError("this run waits for no decision", type="NothingOpen")
        if decision.key or len(undecided) == 1:
            found = undecided.get(decision.key or next(iter(undecided)))
            if found and decision.since in {None, found.attention.since}:
                return found
        raise Refusal(
            f"{decision.key or 'this'} is not what the run waits for:"
            f" say which with --key, one of {', '.join(undecided)}"
        )

    @workflow.query(description="What this run needs people for, if anything.")
    def open_attentions(self) -> tuple[Attention, ...]:
        return self.attentions

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

    def _failed(
        self, failure: ActivityError, key: str, summary: str, verbs: tuple[Action, ...]
    ) -> Attention:
        kind, why = cause_of(failure)
        return self.attention(
            kind,
            what=f"could not: {summary[0].lower()}{summary[1:]}",
            why=why,
            responsible=(responsible_for(kind),),
            verbs=verbs,
            key=key,
        )

    async def _unpark(
        self, attention: Attention, decision: Decision, asked: OwnerTaskHandle | None
    ) -> None:
        self._parked.pop(attention.key, None)
        settled = Resolution(workflow=attention.workflow, key=attention.key, decision=decision)
        await local_step(
            BookkeepingActivities.resolve_attention, settled, f"{decision.action} by {decision.by}"
        )
        self.show()
        await self.tell_parent("attention_settled", attention)
        if asked:
            await asked.close()

    def show(self) -> None:
        """Show in the Temporal UI where this run stands."""
        workflow.upsert_search_attributes([NEEDS_ATTENTION.value_set(bool(self._parked))])
        workflow.set_current_details("\n\n".join(map(describe, self.attentions)))

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
        await workflow.wait([task])


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
        f" with `--key {attention.key}`"
    )
