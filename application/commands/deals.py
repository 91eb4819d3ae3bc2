"""Commands about a whole deal: start it, signal it, cancel it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from enum import StrEnum

from temporalio.client import Client

from application.command_log import CommandLog, new_command
from application.runs import Runs
from domain.actor import Actor
from domain.command import CommandName
from domain.deal_snapshot import CancelRequest
from domain.event import DealWon, InvoiceChanged, MilestoneReached
from domain.ids import ChargeId, DealId, EventId, MilestoneKey
from domain.refusal import Refusal
from ports.billing_ledger import BillingLedger
from ports.crm import Crm
from ports.event_dispatcher import EventDispatcher
from ports.failures import Absent
from workflows import workflow_ids
from workflows.deal_to_cash import DealToCash

Event = DealWon | MilestoneReached | InvoiceChanged
OpenCrm = Callable[[], AbstractAsyncContextManager[Crm]]
NewDispatcher = Callable[[Client], EventDispatcher]


class EventName(StrEnum):
    """Events to signal to a deal; they are hints, and the run reads the record again."""

    DEAL_WON = "deal-won"
    MILESTONE_REACHED = "milestone-reached"
    INVOICE_CHANGED = "invoice-changed"


class DealCommands:
    """Commands about a deal. Each returns a sentence for the actor or raises Refusal."""

    def __init__(
        self,
        runs: Runs,
        log: CommandLog,
        *,
        open_crm: OpenCrm,
        dispatcher: NewDispatcher,
        billing_ledger: BillingLedger,
    ) -> None:
        self._runs = runs
        self._log = log
        self._open_crm = open_crm
        self._dispatcher = dispatcher
        self._billing_ledger = billing_ledger

    async def start(self, actor: Actor, deal: DealId) -> str:
        """Start the run of a won deal now. Refused if the CRM has no such deal."""
        command = new_command(CommandName.START, actor, deal)
        async with self._log.recording_failures(command):
            await self._require_in_crm(deal)
            is_started = await self._dispatch(DealWon(deal=deal, event=EventId(command.id)))
            if not is_started:
                raise Refusal(f"{deal} is already carried, or has ended")
            answer = f"{deal} is being carried"
            await self._log.accept(command, answer)
            return answer

    async def signal(self, actor: Actor, deal: DealId, event: EventName, charge: str = "") -> str:
        """Tell the deal that something happened; its run reads the record again by itself."""
        command = new_command(CommandName.SIGNAL, actor, deal, charge=charge, reason=event)
        async with self._log.recording_failures(command):
            fact = _event(event, deal, charge, EventId(command.id))
            if isinstance(fact, InvoiceChanged):
                await self._require_billed(fact)
            if not await self._dispatch(fact):
                raise Refusal(f"no run of {deal} waits for that: it has ended, or is not carried")
            answer = f"{deal} is told: {event}"
            await self._log.accept(command, answer)
            return answer

    async def cancel(self, actor: Actor, deal: DealId, reason: str) -> str:
        """Undo what can be undone; propose a credit for what was issued."""
        run = workflow_ids.deal_run(deal)
        command = new_command(CommandName.CANCEL, actor, deal, reason=reason, workflow=run)
        async with self._log.recording_failures(command):
            request = CancelRequest(by=actor, reason=reason)
            return await self._runs.update(run, DealToCash.cancel, request, id=command.id)

    async def _require_in_crm(self, deal: DealId) -> None:
        """Check that the CRM has the deal: a mistyped id must not start a run."""
        async with self._open_crm() as crm:
            try:
                await crm.read_deal(deal)
            except Absent as absent:
                system = deal.partition(":")[0]
                raise Refusal(
                    f"{deal} is not started: {system} has no such deal ({absent})"
                ) from absent

    async def _require_billed(self, fact: InvoiceChanged) -> None:
        """Raise Refusal if the charge was never billed: nobody must see to such an invoice."""
        if await self._billing_ledger.find_bill(fact.subject) is None:
            raise Refusal(
                f"{fact.subject} was never billed: `cashward finance schedule {fact.deal}` shows"
                " the charges that are"
            )

    async def _dispatch(self, event: Event) -> bool:
        client = await self._runs.client()
        dispatcher = self._dispatcher(client)
        async with self._runs.answered(workflow_ids.deal_run(event.deal)):
            match event:
                case DealWon():
                    return await dispatcher.deal_won(event)
                case MilestoneReached():
                    return await dispatcher.milestone_reached(event)
                case InvoiceChanged():
                    return await dispatcher.invoice_changed(event)


def _event(name: EventName, deal: DealId, charge: str, id: EventId) -> Event:
    match name:
        case EventName.DEAL_WON:
            return DealWon(deal=deal, event=id)
        case EventName.MILESTONE_REACHED:
            return MilestoneReached(deal=deal, milestone=MilestoneKey(charge), event=id)
        case EventName.INVOICE_CHANGED:
            if not charge:
                raise Refusal("say whose invoice changed: invoice-changed CHARGE, such as go-live")
            subject = workflow_ids.subject_of(deal, ChargeId(charge))
            return InvoiceChanged(deal=deal, subject=subject, event=id)
