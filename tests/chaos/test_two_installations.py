"""Two installations share a Jira and a Xero; each has a HubSpot, whose deals have the same ids."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest
from sqlalchemy import URL

from domain.stage import Stage
from testbed.demo.clients import inject_faults
from testbed.demo.story import Sale
from testbed.demo.systems.jira import REST
from testbed.demo.systems.xero import API
from tests.postgres import fresh_database
from tests.references import OURS, THEIRS
from tests.sandboxed import HANG_FOR, LATE_BY, Sandboxed, open_sandboxed
from tests.temporal import private_temporal

Two = tuple[Sandboxed, Sandboxed]
KINDS = ("lost_reply", "late_commit", "error_after")
MILESTONES = 3
# Xero serves five calls of one organisation at a time, whoever makes them.
WITHIN = 480.0


@pytest.fixture
async def two(postgres: URL, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Two]:
    """Each installation has a database and a Temporal of its own."""
    opened: list[Sandboxed] = []
    async with AsyncExitStack() as stack:
        for references in (OURS, THEIRS):
            temporal = await stack.enter_async_context(private_temporal())
            url = stack.enter_context(fresh_database(postgres))
            shared = {name: opened[0].urls[name] for name in ("jira", "xero")} if opened else {}
            folder = tmp_path_factory.mktemp(references.installation)
            opening = open_sandboxed(temporal, url, folder, references=references, shared=shared)
            opened.append(await stack.enter_async_context(opening))
        yield opened[0], opened[1]


@pytest.mark.parametrize("deals", [2, pytest.param(20, marks=pytest.mark.slow)])
async def test_deals_with_the_same_ids_are_neither_doubled_nor_crossed(
    two: Two, deals: int
) -> None:
    ours, theirs = two
    sold = [await _sold(ours, deals, first=0), await _sold(theirs, deals, first=deals)]
    assert [sale.deal for sale in sold[0]] == [sale.deal for sale in sold[1]]
    await _disturb(two)

    pairs = list(zip(two, sold, strict=True))
    ended = await asyncio.gather(*(each.carry(sales, within=WITHIN) for each, sales in pairs))

    assert {outcome.stage for outcomes in ended for outcome in outcomes} == {Stage.CLOSED}
    bills = await _bills(ours)
    projects = await _projects(ours)
    for each, sales in pairs:
        for sale in sales:
            prefix = each.references.of(f"{sale.deal}:")
            mine = [bill for bill in bills if bill["Reference"].startswith(prefix)]
            billed = Counter(bill["Reference"] for bill in mine)
            assert (len(billed), set(billed.values())) == (MILESTONES, {1})
            assert {bill["Contact"]["Name"] for bill in mine} == {sale.order.company}
            assert projects[each.references.of(sale.deal)] == 1
    assert len(bills) == len(two) * deals * MILESTONES
    assert sum(projects.values()) == len(two) * deals


async def _sold(at: Sandboxed, deals: int, *, first: int) -> Sequence[Sale]:
    """Sell to customers that the other installation has not; start with the order `first`."""
    for _ in range(first):
        next(at.numbers)
    return await at.sell(at.orders(deals, milestones=MILESTONES))


async def _disturb(two: Two) -> None:
    faults = {
        "rate": 0.05,
        "weights": dict.fromkeys(KINDS, 1),
        "actors": ["cashward"],
        "late_by": LATE_BY,
        "hang_for": HANG_FOR,
    }
    for each in two:
        await inject_faults(each.urls, faults)


async def _bills(at: Sandboxed) -> list[dict[str, Any]]:
    """Every invoice of either installation that was issued."""
    where = 'Type=="ACCREC" AND Reference.StartsWith("cw:")'
    query = {"where": where, "page": "1", "pageSize": "1000"}
    found = (await at.clients.erp.ask("GET", f"{API}/Invoices", query=query))["Invoices"]
    return [bill for bill in found if bill["Status"] in {"AUTHORISED", "PAID"}]


async def _projects(at: Sandboxed) -> Counter[str]:
    """How many projects there are by the reference in their property."""
    found = await at.clients.pm.ask("GET", f"{REST}/project/search", query={"maxResults": "100"})
    paths = [
        f"{REST}/project/{each['id']}/properties/cashward"
        for each in found["values"]
        if each["name"].endswith(f"({each['key']})")
    ]
    charters = [await at.clients.pm.ask("GET", path) for path in paths]
    return Counter(charter["value"]["reference"] for charter in charters)
