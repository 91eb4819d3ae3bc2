"""A cancelled deal, read back at every vendor: HubSpot, Jira and Xero agree on what is left."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode

from connectors.jira.models.project import PROPERTY
from domain.attention import Action, Decision
from domain.deal_snapshot import Outcome
from domain.event import DealChanged, DealWon, MilestoneReached
from domain.ids import EventId, MilestoneKey
from domain.money import Money
from domain.stage import Stage
from testbed.demo.story import Sale
from testbed.demo.systems.hubspot import OBJECTS
from testbed.demo.systems.jira import REST, JiraDelivery
from testbed.demo.systems.xero import API, XeroBank
from tests.actors import GRACE
from tests.references import OURS
from tests.sandboxed import Sandboxed, open_sandboxed
from tests.temporal import private_temporal
from tests.world import until_awaited
from workflows import workflow_ids
from workflows.attention import WithAttention
from workflows.deal_to_cash import DealToCash

EVENT = EventId("told by a test")
NOTHING = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Left:
    """What the three vendors have of one deal. `bills` are the live invoices by status."""

    stage: str
    linked: str
    contracted: Decimal
    billed: Decimal
    credited: Decimal
    outstanding: Decimal
    projects: int
    customers: int
    bills: dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Deal:
    """One sale, and the acts of the people concerned."""

    at: Sandboxed
    sale: Sale

    @property
    def run(self) -> WorkflowHandle[DealToCash, Outcome]:
        run = workflow_ids.deal_run(self.sale.deal)
        return self.at.client.get_workflow_handle(run, result_type=Outcome)

    async def win(self, *, with_approval: bool = False) -> None:
        limit = Money.of("1.00", self.sale.order.currency) if with_approval else None
        policy = self.at.policy.model_copy(update={"approve_above": limit})
        await self.at.dispatcher_with(policy).deal_won(DealWon(deal=self.sale.deal, event=EVENT))

    async def write(self, **properties: str) -> None:
        """Change the deal's record, as sales do."""
        path = f"{OBJECTS}/deals/{self.sale.id}"
        await self.at.clients.crm.ask("PATCH", path, {"properties": properties})

    async def said(self, *properties: str) -> dict[str, str]:
        """Return a value of the deal's record."""
        query = {"properties": ",".join(properties)}
        path = f"{OBJECTS}/deals/{self.sale.id}"
        found: dict[str, str] = (await self.at.clients.crm.ask("GET", path, query=query))[
            "properties"
        ]
        return found

    async def project(self) -> str:
        """Wait until the CRM links to the project, and return it."""

        async def linked() -> str:
            return (await self.said("cashward_project"))["cashward_project"] or ""

        return str(await until_awaited(linked))

    async def reach_first(self) -> None:
        """Reach the first milestone, as delivery does, and signal it."""
        delivery = JiraDelivery(self.at.clients.pm)
        project = await self.project()
        (first, _), *_ = await delivery.milestones(project)
        await delivery.reach(project, first, self.sale.order.start)
        await self.at.dispatcher.milestone_reached(
            MilestoneReached(deal=self.sale.deal, milestone=MilestoneKey("design"), event=EVENT)
        )

    async def bills(self) -> dict[str, list[dict[str, Any]]]:
        where = f'Type=="ACCREC" AND Reference.StartsWith("{OURS.of(self.sale.deal)}:")'
        found = await self.at.clients.erp.ask("GET", f"{API}/Invoices", query={"where": where})
        by_status: dict[str, list[dict[str, Any]]] = {}
        for bill in found["Invoices"]:
            if bill["Status"] not in {"DELETED", "VOIDED"}:
                by_status.setdefault(bill["Status"], []).append(bill)
        return by_status

    async def has(self, status: str) -> None:
        """Wait for an invoice of this status."""

        async def there() -> bool:
            return status in await self.bills()

        await until_awaited(there)

    async def parked(self, run: str) -> None:
        """Wait until the run waits for a person; it may not have begun yet."""
        handle = self.at.client.get_workflow_handle(run)

        async def waits() -> bool:
            try:
                return bool(await handle.query("open_attentions"))
            except RPCError as missing:
                if missing.status is not RPCStatusCode.NOT_FOUND:
                    raise
                return False

        await until_awaited(waits)

    async def cancel(self) -> None:
        await self.at.application.deals.cancel(GRACE, self.sale.deal, "lost after all")

    async def decide(self, verb: Action, choice: str = "", run: str = "") -> None:
        """Decide on what a run asks, once it waits; the deal's own asks about the credit."""
        decision = Decision(action=verb, by=GRACE, choice=choice, reason="")
        asked = self.at.client.get_workflow_handle(run or self.run.id)

        async def counted() -> bool:
            try:
                await asked.execute_update(WithAttention.decide, decision)
            except WorkflowUpdateFailedError:
                return False
            return True

        await until_awaited(counted)

    async def left(self) -> Left:
        """Wait until the run has ended, and read back from every vendor."""
        assert (await self.run.result()).stage is Stage.CANCELLED
        money = ("contracted", "billed", "credited", "outstanding")
        said = await self.said(
            "cashward_stage", "cashward_project", *(f"cashward_{name}" for name in money)
        )
        named = await JiraDelivery(self.at.clients.pm).named()
        customers = await XeroBank(self.at.clients.erp).customers(self.at.began)
        return Left(
            stage=said["cashward_stage"],
            linked=said["cashward_project"] or "",
            **{name: Decimal(said[f"cashward_{name}"] or 0) for name in money},
            projects=sum(name.startswith(self.sale.order.name[:60]) for name in named),
            customers=customers[self.sale.order.company_id],
            bills=await self.bills(),
        )


UNTOUCHED = Left(
    stage="cancelled",
    linked="",
    contracted=NOTHING,
    billed=NOTHING,
    credited=NOTHING,
    outstanding=NOTHING,
    projects=0,
    customers=0,
    bills={},
)


@pytest.fixture(scope="module")
async def installation(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Sandboxed]:
    folder = tmp_path_factory.mktemp("vendors")
    async with (
        private_temporal() as temporal,
        open_sandboxed(temporal, database_url, folder) as opened,
    ):
        yield opened


@pytest.fixture
async def deal(installation: Sandboxed) -> Deal:
    [sale] = await installation.sell(installation.orders(1))
    return Deal(installation, sale)


async def test_before_the_project_no_vendor_knows_of_it(deal: Deal) -> None:
    await deal.write(cashward_scope="")
    await deal.win()
    await deal.parked(workflow_ids.handoff_run(deal.sale.deal))
    await deal.cancel()

    assert await deal.left() == UNTOUCHED


async def test_while_the_project_is_set_up_all_of_it_is_taken_back(deal: Deal) -> None:
    await deal.win()

    async def begun() -> bool:
        customers = await XeroBank(deal.at.clients.erp).customers(deal.at.began)
        return customers[deal.sale.order.company_id] > 0

    await until_awaited(begun)
    await deal.cancel()

    assert await deal.left() == UNTOUCHED


async def test_after_the_project_all_of_it_is_taken_back(deal: Deal) -> None:
    await deal.win()
    await deal.project()
    await deal.cancel()

    assert await deal.left() == UNTOUCHED


async def test_row_2_a_deal_set_to_lost_is_cancelled_by_decision(deal: Deal) -> None:
    await deal.win()
    await deal.project()
    await deal.write(dealstage="closedlost")
    changed = DealChanged(deal=deal.sale.deal, event=EVENT)
    await deal.at.dispatcher.deal_changed(changed)
    watch = workflow_ids.crm_watch(deal.sale.deal)
    await deal.parked(watch)
    await deal.decide(Action.AMEND, "cancel", watch)

    assert await deal.left() == UNTOUCHED


async def test_after_a_draft_the_draft_goes_with_the_project(deal: Deal) -> None:
    await deal.win(with_approval=True)
    await deal.reach_first()
    await deal.has("DRAFT")
    await deal.cancel()

    assert await deal.left() == UNTOUCHED


@pytest.mark.parametrize("is_credited", [True, False], ids=["credited", "let stand"])
async def test_after_an_invoice_the_project_is_closed_and_the_money_agrees(
    deal: Deal, *, is_credited: bool
) -> None:
    await deal.win()
    await deal.reach_first()
    await deal.has("AUTHORISED")
    await deal.cancel()
    await deal.parked(workflow_ids.deal_run(deal.sale.deal))
    verb, choice = (Action.AMEND, "credit") if is_credited else (Action.SKIP, "")
    await deal.decide(verb, choice)

    left = await deal.left()
    [bill] = [bill for bills in left.bills.values() for bill in bills]
    net, gross = Decimal(bill["SubTotal"]), Decimal(bill["Total"])
    assert (left.stage, left.projects, left.customers) == ("cancelled", 1, 1)
    assert left.billed == net
    assert (left.credited, left.outstanding) == (
        (net, NOTHING) if is_credited else (NOTHING, gross)
    )
    assert left.contracted == left.billed - left.credited
    assert Decimal(bill["AmountDue"]) == left.outstanding
    path = f"{REST}/project/{left.linked}/properties/{PROPERTY}"
    assert (await deal.at.clients.pm.ask("GET", path))["value"]["status"] == "closed"
