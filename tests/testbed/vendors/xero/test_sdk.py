"""The vendor's own client works with the sandbox."""

import asyncio
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from xero_python.accounting import AccountingApi
from xero_python.accounting import models as m
from xero_python.api_client import ApiClient
from xero_python.api_client.configuration import Configuration
from xero_python.api_client.oauth2 import OAuth2Token
from xero_python.exceptions import AccountingBadRequestException
from xero_python.identity import IdentityApi

from testbed.vendors.xero.identity import TENANT
from tests.testbed.vendors.xero.caller import BASE, Caller, new_token


class Sdk:
    """The SDK pointed at the sandbox, its calls moved off the loop, its retries off."""

    def __init__(self, url: str, token: dict[str, Any]) -> None:
        settings = Configuration(oauth2_token=OAuth2Token("cashward-xero", "xero-demo-secret"))
        client = ApiClient(settings, oauth2_token_getter=lambda: token)
        client.rest_client.pool_manager.connection_pool_kw["retries"] = False
        self.client = client
        self._accounting = AccountingApi(client, base_url=url + BASE)
        self._identity = IdentityApi(client, base_url=url)

    async def __call__(self, name: str, *args: object, **more: object) -> Any:
        method: Callable[..., Any] = getattr(self._accounting, name)
        return await asyncio.to_thread(method, TENANT["id"], *args, **more)

    async def connections(self) -> Any:
        return await asyncio.to_thread(self._identity.get_connections)


@pytest.fixture
async def sdk(xero: Caller) -> Sdk:
    return Sdk(str(xero.client.base_url).rstrip("/"), await new_token(xero.client))


def invoice_of(contact: str, **more: object) -> m.Invoice:
    lines = [
        m.LineItem(
            description=f"Pump telemetry, site {n}",
            quantity=1,
            unit_amount=Decimal("1033.33"),
            account_code="200",
            tax_type="OUTPUT",
        )
        for n in (1, 2, 3)
    ]
    asked = {"status": "AUTHORISED", "reference": "cw:deal-1042:m2:r1", **more}
    return m.Invoice(
        type="ACCREC",
        contact=m.Contact(contact_id=contact),
        date=date(2026, 10, 1),
        due_date=date(2026, 10, 31),
        line_amount_types=m.LineAmountTypes.EXCLUSIVE,
        currency_code=m.CurrencyCode.EUR,
        line_items=lines,
        **asked,
    )


async def created(sdk: Sdk, contact: str, **more: object) -> m.Invoice:
    asked = m.Invoices(invoices=[invoice_of(contact, **more)])
    answer = await sdk("create_invoices", asked, summarize_errors=True, unitdp=4)
    return answer.invoices[0]


async def paid(sdk: Sdk, invoice: m.Invoice, amount: str) -> m.Payment:
    asked = m.Payment(
        invoice=m.Invoice(invoice_id=invoice.invoice_id),
        account=m.Account(code="090"),
        date=date(2026, 10, 20),
        amount=Decimal(amount),
        reference="cw:pay:1",
    )
    answer = await sdk("create_payments", m.Payments(payments=[asked]), summarize_errors=True)
    return answer.payments[0]


async def test_it_reads_the_reference_data(sdk: Sdk) -> None:
    organisation = (await sdk("get_organisations")).organisations[0]
    assert (organisation.country_code, organisation.base_currency) == (
        m.CountryCode.SK,
        m.CurrencyCode.EUR,
    )
    accounts = (await sdk("get_accounts")).accounts
    assert [a.code for a in accounts] == ["200", "090", "091", "610"]
    rates = {rate.tax_type: rate.effective_rate for rate in (await sdk("get_tax_rates")).tax_rates}
    assert rates["OUTPUT"] == 23
    assert {"TAX001", "ZERORATEDOUTPUT", "EXEMPTOUTPUT", "NONE"} < rates.keys()
    currencies = (await sdk("get_currencies")).currencies
    assert [c.code.value for c in currencies] == ["EUR", "CZK", "GBP", "USD", "JPY", "KWD"]
    assert (await sdk.connections())[0].tenant_name == "Lowfold Systems s.r.o."


async def test_it_creates_finds_changes_and_archives_a_contact(sdk: Sdk) -> None:
    asked = m.Contact(
        name="Ostrava Pumps s.r.o.",
        contact_number="cw-acc-1042",
        email_address="ap@ostravapumps.example",
        company_number="09876543",
        addresses=[m.Address(address_type="POBOX", city="Ostrava", country="Czech Republic")],
    )
    made = (await sdk("create_contacts", m.Contacts(contacts=[asked]))).contacts[0]
    found = await sdk("get_contacts", where='ContactNumber=="cw-acc-1042"')
    assert [c.contact_id for c in found.contacts] == [made.contact_id]
    change = m.Contacts(contacts=[m.Contact(tax_number="CZ1")])
    changed = (await sdk("update_contact", made.contact_id, change)).contacts[0]
    assert (changed.tax_number, changed.name) == ("CZ1", "Ostrava Pumps s.r.o.")
    archive = m.Contacts(contacts=[m.Contact(contact_status="ARCHIVED")])
    gone = (await sdk("update_contact", made.contact_id, archive)).contacts[0]
    assert gone.contact_status == "ARCHIVED"


async def test_it_carries_an_invoice_to_paid(sdk: Sdk, xero: Caller) -> None:
    contact = await xero.customer()
    invoice = await created(sdk, contact, status="DRAFT", invoice_number="CW-2026-000317")
    assert (invoice.sub_total, invoice.total_tax) == (Decimal("3099.99"), Decimal("713.01"))
    assert (invoice.date, invoice.due_date) == (date(2026, 10, 1), date(2026, 10, 31))
    change = m.Invoices(invoices=[m.Invoice(status="AUTHORISED")])
    approved = (await sdk("update_invoice", invoice.invoice_id, change)).invoices[0]
    assert approved.status == "AUTHORISED"
    payment = await paid(sdk, invoice, "3813.00")
    read = (await sdk("get_invoice", invoice.invoice_id)).invoices[0]
    assert (read.status, read.amount_due) == ("PAID", 0)
    assert read.fully_paid_on_date == date(2026, 10, 20)
    assert read.payments[0].payment_id == payment.payment_id


async def test_it_finds_what_it_wrote(sdk: Sdk, xero: Caller) -> None:
    contact = await xero.customer()
    invoice = await created(sdk, contact, invoice_number="CW-1")
    payment = await paid(sdk, invoice, "13.00")
    where = 'Type=="ACCREC" AND Reference=="cw:deal-1042:m2:r1"'
    for query in (
        {"where": where, "page": 1},
        {"statuses": ["AUTHORISED"]},
    ):
        found = await sdk("get_invoices", **query)
        assert [i.invoice_id for i in found.invoices] == [invoice.invoice_id], query
    payments = (await sdk("get_payments", where='Reference=="cw:pay:1"', page=1)).payments
    assert [p.payment_id for p in payments] == [payment.payment_id]
    assert payments[0].invoice.amount_due == Decimal("3800.00")


async def test_it_credits_and_allocates(sdk: Sdk, xero: Caller) -> None:
    contact = await xero.customer()
    invoice = await created(sdk, contact)
    line = m.LineItem(description="Rebate", quantity=1, unit_amount=500, account_code="200")
    asked = m.CreditNote(
        type="ACCRECCREDIT",
        status="AUTHORISED",
        contact=m.Contact(contact_id=contact),
        date=date(2026, 10, 22),
        credit_note_number="CW-CN-000021",
        line_items=[line],
    )
    notes = m.CreditNotes(credit_notes=[asked])
    note = (await sdk("create_credit_notes", notes, unitdp=4)).credit_notes[0]
    assert (note.total, note.remaining_credit) == (615, 615)
    part = m.Allocation(
        amount=Decimal("615.00"),
        date=date(2026, 10, 22),
        invoice=m.Invoice(invoice_id=invoice.invoice_id),
    )
    body = m.Allocations(allocations=[part])
    answer = await sdk("create_credit_note_allocation", note.credit_note_id, body)
    assert answer.allocations[0].amount == 615
    read = (await sdk("get_credit_note", "CW-CN-000021")).credit_notes[0]
    assert (read.status, read.remaining_credit) == ("PAID", 0)
    credited = (await sdk("get_invoice", invoice.invoice_id)).invoices[0]
    assert (credited.amount_credited, credited.amount_due) == (615, 3198)


async def test_it_hears_every_reason_of_a_refusal(sdk: Sdk, xero: Caller) -> None:
    contact = await xero.customer()
    await created(sdk, contact, invoice_number="CW-1")
    with pytest.raises(AccountingBadRequestException) as refused:
        await created(sdk, contact, invoice_number="CW-1")
    assert refused.value.error_data["ErrorNumber"] == 10
    assert refused.value.reason == "Invoice # must be unique."


async def test_it_reads_a_mixed_batch(sdk: Sdk, xero: Caller) -> None:
    contact = await xero.customer()
    bad = invoice_of(contact, url="https://xero.example")
    body = m.Invoices(invoices=[invoice_of(contact), bad])
    answer = await sdk("create_invoices", body, summarize_errors=False, unitdp=4)
    assert [i.status_attribute_string for i in answer.invoices] == ["OK", "ERROR"]
    assert "must not contain" in answer.invoices[1].validation_errors[0].message


async def test_its_idempotency_key_makes_a_repeat_harmless(sdk: Sdk, xero: Caller) -> None:
    body = m.Invoices(invoices=[invoice_of(await xero.customer())])
    answers = [
        await sdk("create_invoices", body, unitdp=4, idempotency_key="cw-1") for _ in range(2)
    ]
    assert len({answer.invoices[0].invoice_id for answer in answers}) == 1
    assert xero.count("Invoices") == 1
