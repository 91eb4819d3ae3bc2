"""Queries, which change nothing."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from temporalio.client import WorkflowExecution, WorkflowExecutionStatus

from application.runs import Runs
from application.timesheet import Timesheet, timesheet
from domain.cash import Blocker, CashPosition, DealStatus
from domain.charge import ChargeState, ChargeStatus
from domain.customer import CUSTOMER, TIE
from domain.finance_lists import Receivable, UnbilledCharge
from domain.ids import DealId
from domain.rate_card import Rate
from domain.refusal import Refusal
from domain.stage import Stage
from domain.templates import Staffing
from domain.time_record import TimeRecord
from domain.timesheet import Week
from domain.value import Value
from ports.attention_queue import AttentionQueue, QueuedAttention
from ports.audit_seals import AuditSeals, TrailCheck
from ports.audit_trail import AuditEntry, AuditTrail
from ports.finance_lists import FinanceLists
from ports.links import Link, LinkStore
from ports.rate_cards import RateCards
from ports.timesheets import Timesheets
from workflows import workflow_ids
from workflows.deal_to_cash import DealToCash


class DealSummary(Value):
    """A deal as Temporal's list has it. `value` is for the eye: it passed through a float."""

    deal: DealId
    run_status: str
    stage: str
    customer: str
    value: Decimal | None
    project: str
    owner: str
    needs_attention: bool

    @property
    def has_ended_badly(self) -> bool:
        return self.run_status not in {"running", "completed"}


class DealReport(Value):
    """One deal: its status, and every charge."""

    status: DealStatus
    charges: tuple[ChargeStatus, ...]


class Queries:
    """Queries. A deal's run answers for itself, even after its end; the store answers the rest."""

    def __init__(  # noqa: PLR0913 - the ports that it reads
        self,
        runs: Runs,
        *,
        attention_queue: AttentionQueue,
        audit_trail: AuditTrail,
        audit_seals: AuditSeals,
        links: LinkStore,
        timesheets: Timesheets,
        rate_cards: RateCards,
        finance_lists: FinanceLists,
        staffing: Staffing,
    ) -> None:
        self._runs = runs
        self._attention_queue = attention_queue
        self._links = links
        self._audit_trail = audit_trail
        self._audit_seals = audit_seals
        self._timesheets = timesheets
        self._rate_cards = rate_cards
        self._finance_lists = finance_lists
        self._staffing = staffing

    async def list_deals(
        self, *, stage: Stage | None = None, needs_attention: bool = False
    ) -> Sequence[DealSummary]:
        """List all deals that have or had a run."""
        query = "WorkflowType = 'deal-to-cash'"
        query += f" AND DealStage = '{stage}'" if stage else ""
        query += " AND NeedsAttention = true" if needs_attention else ""
        return [_summary(run) for run in await self._runs.find(query)]

    async def show(self, deal: DealId) -> DealReport:
        return DealReport(
            status=await self._ask(deal, DealToCash.status), charges=await self.schedule(deal)
        )

    async def position(self, deal: DealId) -> CashPosition:
        """Return what is contracted, billable, held, billed, credited, paid, outstanding."""
        found: CashPosition = await self._ask(deal, DealToCash.cash_position)
        return found

    async def schedule(self, deal: DealId) -> tuple[ChargeStatus, ...]:
        """Return every charge: amount, planned date, state, invoice."""
        found: tuple[ChargeStatus, ...] = await self._ask(deal, DealToCash.billing_schedule)
        return found

    async def blockers(self, deal: DealId) -> tuple[Blocker, ...]:
        """Say why each charge that is not invoiced yet is not."""
        found: tuple[Blocker, ...] = await self._ask(deal, DealToCash.blockers)
        return found

    async def receivables(self, today: date, *, overdue: bool = False) -> Sequence[Receivable]:
        """List the issued invoices of all deals with something outstanding, or only what is late.

        It is read from the books, as `unbilled` is: no run is asked.
        """
        return await self._finance_lists.receivables(today, overdue=overdue)

    async def unbilled(self, *, held: bool = False) -> Sequence[UnbilledCharge]:
        """List the charges of all open deals that are on no issued invoice, or only the held."""
        return await self._finance_lists.unbilled(ChargeState.HELD if held else None)

    async def attentions(self) -> Sequence[QueuedAttention]:
        """List what waits for a person, oldest first."""
        return await self._attention_queue.list_open()

    async def attentions_of(self, run: str) -> Sequence[QueuedAttention]:
        """List all that a run needed a person for. Raises Refusal if there is nothing."""
        found = await self._attention_queue.list_of_run(run)
        if not found:
            raise Refusal(f"{run} never needed a person: `cashward attention list` shows what does")
        return found

    async def audit_trail(self, deal: DealId) -> Sequence[AuditEntry]:
        """List who changed or asked what about this deal, oldest first."""
        return await self._audit_trail.of_deal(deal)

    async def check_trail(self, kept: Sequence[str]) -> TrailCheck:
        """Compare the audit trail with its seals, and these with seals kept elsewhere."""
        return await self._audit_seals.check(kept)

    async def timesheet(self, deal: DealId) -> Timesheet:
        """Sum up the hours booked on the deal's project."""
        return timesheet(deal, await self._timesheets.of_deal(deal))

    async def time(self, deal: DealId, first: date, last: date) -> Sequence[TimeRecord]:
        """List the time entries of these days, with all their versions."""
        return await self._timesheets.of_deal(deal, first, last)

    async def missing_time(self, week: Week) -> Sequence[str]:
        """List who of the team booked nothing in a week, by their ids in the PM."""
        booked = await self._timesheets.people(week.first, week.last)
        return sorted(self._staffing.everybody - booked)

    async def customers(self) -> Sequence[Link]:
        """List the customers of the ERP by our keys: those that we opened, then those tied."""
        return [*await self._links.all_of(CUSTOMER), *await self._links.all_of(TIE)]

    async def rates(self, day: date) -> Sequence[Rate]:
        """List the rates that are valid on this day."""
        return (await self._rate_cards.current()).on(day)

    async def _ask(self, deal: DealId, query: Any) -> Any:  # noqa: ANN401 - the SDK types queries by overloads
        return await self._runs.query(workflow_ids.deal_run(deal), query)


def _summary(run: WorkflowExecution) -> DealSummary:
    found: dict[str, Any] = {pair.key.name: pair.value for pair in run.typed_search_attributes}
    value = found.get("DealValue")
    status = run.status or WorkflowExecutionStatus.RUNNING
    return DealSummary(
        deal=workflow_ids.deal_of(run.id),
        run_status=status.name.lower(),
        stage=found.get("DealStage", ""),
        customer=found.get("Customer", ""),
        value=None if value is None else Decimal(str(value)),
        project=found.get("ProjectKey", ""),
        owner=found.get("Owner", ""),
        needs_attention=found.get("NeedsAttention", False),
    )
