"""The count finds each kind of record that is planted by hand in the real systems."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import psycopg
import pytest

from domain.stage import Stage
from testbed.demo.clients import VendorClient
from testbed.systems.count import Count
from testbed.systems.tryton.client import Person, person
from tests.testbed.systems.real_installation import RealInstallation

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]
_INVOICE = "account.invoice"


@pytest.fixture
async def carried(installation: RealInstallation) -> RealInstallation:
    """One deal, run to cash."""
    assert (await installation.count()).is_clean
    sales = await installation.sell(1, milestones=1, today=datetime.now(UTC).date())
    await installation.ring(sales[0])
    assert {outcome.stage for outcome in await installation.carry(sales)} == {Stage.CLOSED}
    assert (await installation.count()).is_clean
    return installation


async def test_a_task_that_bears_no_mark(carried: RealInstallation) -> None:
    place = carried.running["bottlecrm"].place
    token = {"Authorization": f"Bearer {place.connector['ACCESS_TOKEN']}"}
    async with httpx.AsyncClient(base_url=place.url, headers=token, timeout=60) as http:
        body = {"title": "Call them", "status": "New", "priority": "High"}
        await VendorClient("bottlecrm", http).ask("POST", "/api/tasks/", body)
    found = await carried.count()
    assert _kinds(found) == ["task"]
    assert found.tasks_open == 0


async def test_a_project_a_version_and_an_issue_that_bear_no_mark(
    carried: RealInstallation,
) -> None:
    place = carried.running["redmine"].place
    key = {"X-Redmine-API-Key": place.connector["KEY"]}
    async with httpx.AsyncClient(base_url=place.url, headers=key, timeout=60) as http:
        client = VendorClient("redmine", http)
        project = {"name": "Left behind", "identifier": "left-behind"}
        made = await client.ask("POST", "/projects.json", {"project": project})
        there = made["project"]["id"]
        version = {"version": {"name": "Left behind"}}
        await client.ask("POST", f"/projects/{there}/versions.json", version)
        issue = {"project_id": there, "subject": "Left behind"}
        await client.ask("POST", "/issues.json", {"issue": issue})
    assert _kinds(await carried.count()) == ["milestone", "project", "work package"]


async def test_a_customer_and_documents_that_bear_no_mark(carried: RealInstallation) -> None:
    async with _accountant(carried) as accountant:
        await accountant.call("model.party.party.create", [{"name": "Nobody's customer"}])
        (paid,) = await accountant.call(f"model.{_INVOICE}.search", [], 0, None, None)
        (copy,) = await accountant.call(f"model.{_INVOICE}.copy", [paid], {"reference": ""})
        await _post(accountant, copy)
        await accountant.credit(copy)
    found = await carried.count()
    assert _kinds(found) == ["credit note", "customer", "invoice"]
    assert (found.invoices_posted, found.credit_notes, found.customers) == (1, 0, 1)


async def test_a_credit_note_is_counted_and_must_be_set_off(carried: RealInstallation) -> None:
    """The wizard cancels the invoice by its note; then the reconciliation is removed."""
    async with _accountant(carried) as accountant:
        invoice = await _billed_again(accountant)
        await accountant.credit(invoice)
        (note,) = await accountant.call(
            f"model.{_INVOICE}.search", [["total_amount", "<", 0]], 0, None, None
        )
        reference = await _reference(accountant, invoice)
        _mark(carried, note, f"{reference}:credit")
        found = await carried.count()
        assert (found.invoices_posted, found.credit_notes, found.orphans) == (2, 1, ())
        assert [each.split()[1] for each in found.differing] == ["billed", "credited"]
        await accountant.unpay(invoice)
        assert f"credit note {reference}:credit is set off against no invoice of its own" in (
            (await carried.count()).differing
        )


async def test_money_that_comes_twice(carried: RealInstallation) -> None:
    async with _accountant(carried) as accountant:
        invoice = await _billed_again(accountant)
        for _ in range(2):
            await accountant.pay(invoice, "100", number="BANK-TWICE")
    found = await carried.count()
    assert found.duplicates == ("payment BANK-TWICE",)
    assert [each.split()[1] for each in found.differing] == ["billed", "paid"]
    assert found.payments == 3


def _kinds(found: Count) -> list[str]:
    """Return the kinds of the orphans, all of which must be without a mark."""
    marked = [each for each in found.orphans if not each.endswith(" without a mark")]
    assert not marked
    return sorted(each.removesuffix(" without a mark").rpartition(" ")[0] for each in found.orphans)


@asynccontextmanager
async def _accountant(installation: RealInstallation) -> AsyncIterator[Person]:
    async with person(installation.running["tryton"].place, "accountant") as accountant:
        yield accountant


async def _billed_again(accountant: Person) -> int:
    """Post a copy of the deal's invoice under a new mark."""
    (paid,) = await accountant.call(f"model.{_INVOICE}.search", [], 0, None, None)
    billed, _, revision = (await _reference(accountant, paid)).rpartition(":")
    reference = f"{billed}-again:{revision}"
    (copy,) = await accountant.call(f"model.{_INVOICE}.copy", [paid], {"reference": reference})
    await _post(accountant, copy)
    return int(copy)


async def _post(accountant: Person, invoice: int) -> None:
    now = datetime.now(UTC)
    today: dict[str, Any] = {"__class__": "date", "year": now.year, "month": now.month}
    dated = {"invoice_date": today | {"day": now.day}}
    await accountant.call(f"model.{_INVOICE}.write", [invoice], dated)
    await accountant.call(f"model.{_INVOICE}.post", [invoice])


async def _reference(accountant: Person, invoice: int) -> str:
    ((bill,)) = await accountant.read(_INVOICE, [["id", "=", invoice]], "reference")
    return str(bill["reference"])


def _mark(installation: RealInstallation, invoice: int, reference: str) -> None:
    with psycopg.connect(installation.running["tryton"].place.database) as connection:
        statement = "UPDATE account_invoice SET reference = %s WHERE id = %s"
        connection.execute(statement, (reference, invoice))
