"""Every changing call of ours fails once; nothing is doubled, nothing is lost."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from domain.stage import Stage
from testbed.demo.orders import Order
from testbed.demo.reconciliation import Reconciliation
from testbed.demo.story import Sale
from tests.references import OURS
from tests.sandboxed import Sandboxed

PACKAGES = 3  # of each milestone
OPENS_CUSTOMER = "PUT /api.xro/2.0/Contacts"
KINDS = ("lost_reply", "late_commit", "error_after", "error_before")
FAULTS = [
    ("lost_reply", 1),
    *(pytest.param(kind, 3, marks=pytest.mark.slow) for kind in KINDS),
]


@pytest.mark.parametrize(("fault", "milestones"), FAULTS)
async def test_a_call_that_goes_wrong_once_doubles_nothing_and_loses_nothing(
    installation: Sandboxed, operations: list[str], fault: str, milestones: int
) -> None:
    faulty = [*operations, OPENS_CUSTOMER]
    orders = installation.orders(len(operations), milestones=milestones)
    twin = _another(orders[operations.index(OPENS_CUSTOMER)])
    sales = await installation.sell([*orders, twin])
    await installation.inject_faults(
        [_rule(*each, fault) for each in zip(faulty, sales, strict=True)]
    )

    outcomes = await installation.carry(sales)

    assert await installation.went_wrong() == set(operations)
    assert {outcome.stage for outcome in outcomes} == {Stage.CLOSED}
    await _agrees_everywhere(installation, sales)


@pytest.mark.slow
@pytest.mark.parametrize("fault", KINDS)
async def test_a_deal_is_carried_though_every_change_goes_wrong_at_first(
    installation: Sandboxed, operations: list[str], fault: str
) -> None:
    sales = await installation.sell(installation.orders(1))
    await installation.inject_faults([{"operation": each, "kind": fault} for each in operations])

    [outcome] = await installation.carry(sales)

    assert await installation.went_wrong() == set(operations)
    assert outcome.stage is Stage.CLOSED
    await _agrees_everywhere(installation, sales)


def _another(order: Order) -> Order:
    """Return another deal of the same customer, who is entered in the CRM again."""
    return replace(order, name=f"Next {order.name}", domain=f"next-{order.domain}")


def _rule(operation: str, sale: Sale, fault: str) -> dict[str, object]:
    return {"operation": operation, "trace": f"*:{sale.deal}*", "attempt": 0, "kind": fault}


async def _agrees_everywhere(installation: Sandboxed, sales: Sequence[Sale]) -> None:
    for reconciliation in await installation.read_back(sales):
        assert reconciliation.mismatches == ()
        assert (reconciliation.projects, reconciliation.customers, reconciliation.duplicates) == (
            1,
            1,
            0,
        )
        milestones = len(reconciliation.sale.order.plan)
        assert (len(reconciliation.invoices), reconciliation.settled) == (milestones, milestones)
        assert (
            reconciliation.figures.contracted
            == reconciliation.figures.billed
            == reconciliation.invoiced
        )
        assert reconciliation.figures.outstanding == Decimal(0)
        await _nothing_is_left_over(installation, reconciliation)


async def _nothing_is_left_over(installation: Sandboxed, reconciliation: Reconciliation) -> None:
    clients, sale = installation.clients, reconciliation.sale
    where = f'Type=="ACCREC" AND Reference.StartsWith("{OURS.of(sale.deal)}:")'
    found = await clients.erp.ask("GET", "/api.xro/2.0/Invoices", query={"where": where})
    assert {bill["Status"] for bill in found["Invoices"]} <= {"PAID", "DELETED"}
    asked = {"issueIdsOrKeys": [f"{sale.project}-{number}" for number in range(1, 101)]}
    issues = (await clients.pm.ask("POST", "/rest/api/3/issue/bulkfetch", asked))["issues"]
    milestones = len(sale.order.plan)
    assert len(issues) == milestones + milestones * PACKAGES
    versions = await clients.pm.ask("GET", f"/rest/api/3/project/{sale.project}/versions")
    assert len(versions) == milestones
