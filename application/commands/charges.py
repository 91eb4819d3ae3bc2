"""Commands about one charge: approve, hold, release, credit."""

from collections.abc import Awaitable, Callable
from typing import Any

from application.command_log import CommandLog, new_command
from application.runs import Runs
from domain.actor import Actor
from domain.billing_schedule import BillingSchedule
from domain.command import ChargeRequest, CommandName
from domain.ids import ChargeId, DealId
from domain.refusal import Refusal
from ports.billing_ledger import BillingLedger
from workflows import workflow_ids
from workflows.deal_to_cash import DealToCash
from workflows.milestone_billing import MilestoneBilling

WhyNot = Callable[[], Awaitable[str]]


class ChargeCommands:
    """Commands about a charge. Its billing run answers while it is open, else the deal's run."""

    def __init__(self, runs: Runs, log: CommandLog, billing_ledger: BillingLedger) -> None:
        self._runs = runs
        self._log = log
        self._billing_ledger = billing_ledger

    async def approve(self, actor: Actor, deal: DealId, charge: ChargeId, reason: str = "") -> str:
        """Approve an invoice that waits because of its amount."""

        async def nothing_waits() -> str:
            return (
                f"no invoice of {charge} waits for approval: `cashward finance blockers {deal}`"
                " says what each charge waits for"
            )

        request = ChargeRequest(charge=charge, by=actor, reason=reason)
        return await self._ask_billing_run(CommandName.APPROVE, deal, request, nothing_waits)

    async def credit(self, actor: Actor, deal: DealId, charge: ChargeId, reason: str) -> str:
        """Credit the whole issued invoice of this charge."""
        request = ChargeRequest(charge=charge, by=actor, reason=reason)
        return await self._ask_billing_run(
            CommandName.CREDIT, deal, request, lambda: self._why_not_credited(deal, charge)
        )

    async def hold(self, actor: Actor, deal: DealId, charge: ChargeId, reason: str) -> str:
        """Hold a charge back before its invoice is issued."""
        return await self._ask_whoever_bills(
            CommandName.HOLD, deal, ChargeRequest(charge=charge, by=actor, reason=reason)
        )

    async def release(self, actor: Actor, deal: DealId, charge: ChargeId, reason: str = "") -> str:
        """Release a held charge."""
        return await self._ask_whoever_bills(
            CommandName.RELEASE, deal, ChargeRequest(charge=charge, by=actor, reason=reason)
        )

    async def _ask_billing_run(
        self, name: CommandName, deal: DealId, request: ChargeRequest, why_not: WhyNot
    ) -> str:
        run = await self._billing_run(deal, request.charge)
        command = new_command(
            name, request.by, deal, charge=request.charge, reason=request.reason, workflow=run
        )
        async with self._log.recording_failures(command):
            if not await self._runs.is_open(run):
                raise Refusal(await why_not())
            return await self._runs.update(run, _ON_BILLING_RUN[name], request, id=command.id)

    async def _why_not_credited(self, deal: DealId, charge: ChargeId) -> str:
        """Say what to do instead. Raise Refusal if there is no such deal or charge."""
        statuses = await self._runs.query(workflow_ids.deal_run(deal), DealToCash.billing_schedule)
        state = BillingSchedule(statuses=statuses)[charge].state
        if state.is_invoiced:
            way_out = "credit what is open or paid in the ERP, and Cashward reads that"
        else:
            way_out = "hold it instead"
        return f"{charge} of {deal} is {state}: {way_out}"

    async def _ask_whoever_bills(
        self, name: CommandName, deal: DealId, request: ChargeRequest
    ) -> str:
        command = new_command(name, request.by, deal, charge=request.charge, reason=request.reason)
        async with self._log.recording_failures(command):
            run = await self._billing_run(deal, request.charge)
            if await self._runs.is_open(run):
                return await self._runs.update(run, _ON_BILLING_RUN[name], request, id=command.id)
            run = workflow_ids.deal_run(deal)
            return await self._runs.update(run, _ON_DEAL_RUN[name], request, id=command.id)

    async def _billing_run(self, deal: DealId, charge: ChargeId) -> str:
        """Return the run of the newest bill that has this charge, or the run that its first has."""
        bills = await self._billing_ledger.bills(deal)
        subjects = [bill.subject for bill in bills if charge in bill.charges]
        return workflow_ids.billing_run((subjects or [workflow_ids.subject_of(deal, charge)])[-1])


_ON_BILLING_RUN: dict[CommandName, Any] = {
    CommandName.APPROVE: MilestoneBilling.approve,
    CommandName.HOLD: MilestoneBilling.hold,
    CommandName.RELEASE: MilestoneBilling.release,
    CommandName.CREDIT: MilestoneBilling.credit,
}
_ON_DEAL_RUN: dict[CommandName, Any] = {
    CommandName.HOLD: DealToCash.hold,
    CommandName.RELEASE: DealToCash.release,
}
