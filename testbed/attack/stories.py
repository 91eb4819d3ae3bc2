"""What is asked of Cashward for each deal, in the order in which its workflows ask."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeVar

from pydantic import BaseModel

from activities.bookkeeping import BookkeepingActivities as Bookkeeping
from activities.crm import CrmActivities as Crm
from activities.erp import CustomerActivities as Customers
from activities.erp import InvoiceActivities as Invoices
from activities.pm import PmActivities as Pm
from domain.actor import CASHWARD
from domain.bill import Bill, CreditOrder
from domain.ids import Subject
from domain.kickoff import Customer, PlannedProject, Project
from testbed.attack.deals import AttackedDeal
from testbed.attack.driver import StepCancelled, StepRefused

S = TypeVar("S")
C = TypeVar("C", bound=BaseModel)
R = TypeVar("R")
_KICKOFF: Final = (
    Customers.open_customer,
    Pm.open_project,
    Pm.plan_project,
    Crm.write_back,
)
_SOON: Final = 1.5
"""A cancellation comes at most so many seconds after its step began."""


@dataclass
class Outcome:
    """What was asked for a deal, and what Cashward answered."""

    deal: AttackedDeal
    issued: set[Subject] = field(default_factory=set)
    withdrawn: set[Subject] = field(default_factory=set)
    credited: set[Subject] = field(default_factory=set)
    is_done: bool = False
    refused: str = ""


class Steps(Protocol):
    """Runs steps until they end well."""

    async def step(
        self,
        method: Callable[[S, C], Awaitable[R]],
        command: C,
        run: str,
        *,
        cancel_after: float | None = None,
    ) -> R:
        """Run a step. Raises StepRefused, or StepCancelled after that time."""
        ...


class Story:
    """Carries one deal, as its workflows do."""

    def __init__(self, steps: Steps, deal: AttackedDeal, seed: int) -> None:
        self._steps = steps
        self._deal = deal
        self._chance = random.Random(f"{seed}:{deal.number}")  # noqa: S311 - decides when, not what
        self.outcome = Outcome(deal)

    async def carry(self) -> None:
        try:
            await (self._cancelled() if self._deal.is_cancelled else self._whole())
            self.outcome.is_done = True
        except* StepRefused as refused:
            self.outcome.refused = str(refused.exceptions[0])

    async def _whole(self) -> None:
        deal = self._deal
        await self._step(Bookkeeping.agree_contract, deal.baseline)
        customer, project = await self._kickoff()
        first, second, third = (deal.bill(charge, customer.id) for charge in deal.contract.charges)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._ask_owner())
            group.create_task(self._write_back())
            group.create_task(self._issue(first))
            group.create_task(self._withdraw(second))
            group.create_task(self._issue_or_withdraw(third))
        planned = PlannedProject(plan=deal.kickoff.plan, project=project)
        await self._step(Pm.close_project, planned)

    async def _cancelled(self) -> None:
        """Cancel the kickoff in one of its steps; undo all of it, begun or not."""
        kickoff = self._deal.kickoff
        await self._step(Bookkeeping.agree_contract, self._deal.baseline)
        with suppress(StepCancelled):
            await self._kickoff(cancelled_in=self._chance.choice(_KICKOFF))
        await self._step(Crm.undo_write_back, kickoff.unlinking())
        await self._step(Pm.undo_open_project, kickoff.plan)
        await self._step(Customers.undo_open_customer, kickoff.customer)

    async def _kickoff(self, cancelled_in: object = None) -> tuple[Customer, Project]:
        kickoff = self._deal.kickoff

        async def step(method: Callable[[S, C], Awaitable[R]], command: C) -> R:
            done = self._step if method is not cancelled_in else self._cancelled_step
            return await done(method, command)

        customer = await step(Customers.open_customer, kickoff.customer)
        opened = await step(Pm.open_project, kickoff.plan)
        planned = PlannedProject(plan=kickoff.plan, project=opened)
        project = await step(Pm.plan_project, planned)
        await step(Crm.write_back, kickoff.linking(project))
        return customer, project

    async def _ask_owner(self) -> None:
        await self._step(Crm.ask_owner, self._deal.attention)
        await self._step(Crm.close_task, self._deal.attention)

    async def _write_back(self) -> None:
        for revision in self._deal.write_backs():
            await self._step(Crm.write_back, revision)

    async def _issue(self, bill: Bill) -> None:
        drafted = await self._step(Invoices.draft_invoice, bill)
        invoice = await self._step(Invoices.issue_invoice, drafted)
        self.outcome.issued.add(bill.subject)
        if self._deal.is_credited:
            order = CreditOrder(bill=bill, invoice=invoice, reason="a complaint", by=CASHWARD)
            await self._step(Invoices.credit_invoice, order)
            self.outcome.credited.add(bill.subject)

    async def _withdraw(self, bill: Bill) -> None:
        """Cancel while the draft is being made."""
        with suppress(StepCancelled):
            await self._cancelled_step(Invoices.draft_invoice, bill)
        await self._withdrawn(bill)

    async def _issue_or_withdraw(self, bill: Bill) -> None:
        """Cancel while the invoice is being issued: either is right, but not both."""
        drafted = await self._step(Invoices.draft_invoice, bill)
        with suppress(StepCancelled):
            await self._cancelled_step(Invoices.issue_invoice, drafted)
        await self._withdrawn(bill)

    async def _withdrawn(self, bill: Bill) -> None:
        is_issued = await self._step(Invoices.withdraw_invoice, bill)
        (self.outcome.issued if is_issued else self.outcome.withdrawn).add(bill.subject)

    async def _step(self, method: Callable[[S, C], Awaitable[R]], command: C) -> R:
        return await self._steps.step(method, command, self._deal.run)

    async def _cancelled_step(self, method: Callable[[S, C], Awaitable[R]], command: C) -> R:
        """Run a step that is cancelled while it runs, or right after. Raises StepCancelled."""
        soon = self._chance.uniform(0, _SOON)
        await self._steps.step(method, command, self._deal.run, cancel_after=soon)
        raise StepCancelled(f"after {method.__qualname__}")
